import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { checkNode, taskerBin } from './cli-project.js'

const run = promisify(execFile)

describe('the check of the version of Node', () => {
  let folder: string
  let old: string

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tasker-node-'))
    old = join(folder, 'old.cjs')
    await writeFile(old, "Object.defineProperty(process, 'version', { value: process.env.FAKE_VERSION })")
  })

  after(() => rm(folder, { recursive: true }))

  const withVersion = (version: string, ...args: readonly string[]) =>
    run(process.execPath, ['-r', old, ...args], { env: { ...process.env, FAKE_VERSION: version } }).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
    )

  it('refuses an older Node with what was found, what is needed and what to do', async () => {
    for (const version of ['v8.17.0', 'v20.20.2', 'v22.17.1']) {
      const { code, stdout, stderr } = await withVersion(version, taskerBin, '--version')
      assert.deepEqual([code, stdout], [2, ''])
      assert.match(stderr, /^error: Tasker needs Node 22\.18 or newer; this is Node v/)
      assert.ok(stderr.includes(version))
      assert.match(stderr, /npm ci.*without --ignore-scripts/)
    }
  })

  it('lets newer ones through', async () => {
    for (const version of ['v22.18.0', 'v23.0.0', 'v26.1.0-nightly']) {
      const { code, stdout } = await withVersion(version, taskerBin, '--version')
      assert.equal(code, 0)
      assert.match(stdout, /^\d+\.\d+\.\d+\n$/)
    }
  })

  it('runs before another file with -r', async () => {
    const file = join(folder, 'main.cjs')
    await writeFile(file, "console.log('ran')")
    assert.equal((await withVersion('v18.0.0', '-r', checkNode, file)).stdout, '')
    assert.equal((await withVersion('v24.0.0', '-r', checkNode, file)).stdout, 'ran\n')
  })

  it('says where nothing is compiled what to do: build a checkout, install a package again', async () => {
    const bin = join(folder, 'package/core/cli/tasker.cjs')
    await mkdir(dirname(bin), { recursive: true })
    for (const name of ['tasker.cjs', 'check-node.cjs', 'load-main.cjs']) {
      await cp(join(dirname(taskerBin), name), join(dirname(bin), name))
    }
    const installed = await withVersion('v24.0.0', bin)
    assert.equal(installed.code, 2)
    assert.match(installed.stderr, /not compiled[\s\S]*npm install tasker/)
    assert.match((await withVersion('v18.0.0', bin)).stderr, /Install Node 22\.18 or newer/)
    await writeFile(join(folder, 'package/tsconfig.json'), '{}')
    assert.match((await withVersion('v24.0.0', bin)).stderr, /npm run build/)
  })
})
