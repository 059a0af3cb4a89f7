import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { assertNodeVersion, oldestNode } from '../../../core/kernel/node-version.js'
import { ProjectOnDisk } from '../../unit/config/project-on-disk.js'

const program = 'core/cli/tasker.cjs'

/** Runs the command line in a process that believes to be another version. */
async function runAs(version: string) {
  await using disguise = await ProjectOnDisk.with({
    'version.cjs': `Object.defineProperty(process, 'version', { value: 'v${version}' })\n`,
  })
  const args = ['--require', disguise.path('version.cjs'), program, '--version']
  return spawnSync(process.execPath, args, { encoding: 'utf8' })
}

describe('A Node that is too old', () => {
  it('is refused by the command line, with the version that is needed and how to get it', async () => {
    for (const version of ['20.20.2', '22.17.1', '12.22.0']) {
      const { status, stdout, stderr } = await runAs(version)
      assert.deepEqual([status, stdout], [2, ''])
      assert.match(
        stderr,
        new RegExp(`^error: Tasker needs Node 22\\.18 or newer; this is Node v${version} \\(.+\\)\\.\n`),
      )
      assert.match(stderr, /npm ci|Install Node/)
      assert.doesNotMatch(stderr, /\n {4}at /)
    }
  })

  it('is refused by createTasker, which names both versions', () => {
    for (const version of ['20.20.2', '22.17.9', '18.0.0']) {
      assert.throws(() => assertNodeVersion(version), {
        code: 'NODE_TOO_OLD',
        message: new RegExp(`cannot run on Node ${version}\\. Expected Node 22\\.18\\.0 or newer\\. Install one`),
      })
    }
    for (const version of ['22.18.0', '22.20.1', '24.0.0', process.versions.node]) assertNodeVersion(version)
  })

  it('is the same everywhere that it is named', () => {
    const { engines } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      readonly engines: { readonly node: string }
    }
    assert.equal(`${engines.node.replace('>=', '')}.0`, oldestNode)
    const [needed] = /'\d+\.\d+'/.exec(readFileSync('core/cli/check-node.cjs', 'utf8')) ?? []
    assert.equal(`${needed?.replaceAll("'", '')}.0`, oldestNode)
  })
})
