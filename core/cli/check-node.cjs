// Written in old syntax, because it has to run on the old versions of Node that it refuses.
'use strict'

var fs = require('fs')
var path = require('path')

var NEEDED = [22, 18]
var root = path.join(__dirname, '..', '..')
var isCheckout = fs.existsSync(path.join(root, 'tsconfig.json'))

function refuse(lines) {
  fs.writeSync(2, lines.join('\n') + '\n')
  process.exit(2)
}

function isOld(version) {
  var parts = version.replace(/^v/, '').split('.').map(Number)
  return parts[0] < NEEDED[0] || (parts[0] === NEEDED[0] && parts[1] < NEEDED[1])
}

if (isOld(process.version)) {
  var found = 'error: Tasker needs Node ' + NEEDED.join('.') + ' or newer; this is Node ' + process.version
  refuse([
    found + ' (' + process.execPath + ').',
    isCheckout
      ? 'Run `npm ci` without --ignore-scripts: it brings Node 24 as a development dependency, and the npm scripts use it\n' +
        '(npm test, npm start, npm run -s tasker -- <command>). Or install Node ' + NEEDED.join('.') + ' or newer yourself.'
      : 'Install Node ' + NEEDED.join('.') + ' or newer, from https://nodejs.org or with a version manager (nvm install 24),\n' +
        'and run the command again.',
  ])
}

if (!fs.existsSync(path.join(root, 'dist', 'core', 'cli', 'main.js'))) {
  refuse([
    'error: Tasker has not been compiled: ' + path.join(root, 'dist') + ' is missing or incomplete.',
    isCheckout ? 'Run `npm run build`.' : 'Install the package again: npm install tasker',
  ])
}
