import assert from 'node:assert/strict'
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checkout } from '../../support/docs/generated-section.js'
import { emptyFolder, run } from '../../support/docs/readme-project.js'

/** Makes a program believe that it runs on another version of Node. */
const pretend = (version: string) =>
  `Object.defineProperty(process, 'version', { value: ${JSON.stringify(version)} })\n` +
  `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: ${JSON.stringify(version.slice(1))} } })\n`

describe('on a Node that is too old', () => {
  let folder: string

  /** Runs the check as if on a version, in a checkout or in an installed package that may be compiled. */
  async function check(version: string, { isCheckout = true, isCompiled = true } = {}) {
    await rm(join(folder, 'tree'), { recursive: true, force: true })
    const tree = join(folder, 'tree')
    await mkdir(join(tree, 'core/cli'), { recursive: true })
    await cp(join(checkout, 'core/cli/check-node.cjs'), join(tree, 'core/cli/check-node.cjs'))
    await writeFile(join(tree, 'pretend.cjs'), pretend(version))
    if (isCheckout) await writeFile(join(tree, 'tsconfig.json'), '{}')
    if (isCompiled) {
      await mkdir(join(tree, 'dist/core/cli'), { recursive: true })
      await writeFile(join(tree, 'dist/core/cli/main.js'), '')
    }
    return run(tree, process.execPath, [
      '-r',
      './pretend.cjs',
      '-r',
      './core/cli/check-node.cjs',
      '-e',
      'console.log(1)',
    ])
  }

  before(async () => {
    folder = await emptyFolder()
  })
  after(() => rm(folder, { recursive: true, force: true }))

  it('says in a checkout what is missing and what to do, and exits with 2', async () => {
    for (const version of ['v20.20.2', 'v22.17.1', 'v18.0.0']) {
      const { code, stdout, stderr } = await check(version)
      assert.equal(code, 2, version)
      assert.equal(stdout, '')
      assert.match(stderr, /needs Node 22\.18 or newer/)
      assert(stderr.includes(version))
      assert.match(stderr, /npm ci/)
      assert.match(stderr, /--ignore-scripts/)
    }
  })

  it('says in an installed package which Node to get', async () => {
    const { code, stderr } = await check('v20.20.2', { isCheckout: false })
    assert.equal(code, 2)
    assert.match(stderr, /nodejs\.org/)
    assert.doesNotMatch(stderr, /npm ci/)
  })

  it('goes on where the version will do', async () => {
    for (const version of ['v22.18.0', 'v22.20.0', 'v24.0.0', 'v26.1.0']) {
      const { code, stdout, stderr } = await check(version)
      assert.equal(code, 0, `${version}: ${stderr}`)
      assert.equal(stdout, '1\n')
    }
  })

  it('is what the scripts of package.json begin with, before they compile anything', async () => {
    const { scripts } = JSON.parse(await readFile(join(checkout, 'package.json'), 'utf8'))
    for (const name of ['start', 'test']) {
      const first = String(scripts[`pre${name}`] ?? scripts[name])
      assert.match(first, /^node (-r )?\.?\/?core\/cli\/check-node\.cjs/, `${name} begins with: ${first}`)
    }
  })
})
