// Plain, old syntax: this file has to run on the old versions of Node that it refuses.
// biome-ignore lint/style/useNodejsImportProtocol: versions before 14 do not know it
const fs = require('fs')
// biome-ignore lint/style/useNodejsImportProtocol: versions before 14 do not know it
const path = require('path')

const needed = '22.18'
const root = path.join(__dirname, '..', '..')
const isCheckout = fs.existsSync(path.join(root, 'tsconfig.json'))

function isOlder(version, than) {
  const found = version.replace(/^v/, '').split('.').map(Number)
  const wanted = than.split('.').map(Number)
  return found[0] < wanted[0] || (found[0] === wanted[0] && found[1] < wanted[1])
}

function refuse(lines) {
  fs.writeSync(2, `${lines.join('\n')}\n`)
  process.exit(2)
}

if (isOlder(process.version, needed)) {
  refuse(
    [`error: Tasker needs Node ${needed} or newer; this is Node ${process.version} (${process.execPath}).`].concat(
      isCheckout
        ? [
            'In this checkout run `npm ci` without --ignore-scripts: it brings Node 24 as a development dependency, which',
            `the npm scripts use (npm test, npm run -s tasker -- <command>). Or install Node ${needed} or newer yourself.`,
          ]
        : [
            `Install Node ${needed} or newer, from https://nodejs.org or with a version manager (nvm install 24), and run`,
            'the command again.',
          ],
    ),
  )
}

if (process.argv[2] !== '--before-build' && !fs.existsSync(path.join(root, 'dist', 'core', 'cli', 'main.js'))) {
  refuse([
    `error: Tasker is not compiled: there is no ${path.join(root, 'dist', 'core', 'cli', 'main.js')}.`,
    isCheckout ? 'Run `npm run build`.' : 'The package is incomplete; install it again: npm install tasker',
  ])
}
