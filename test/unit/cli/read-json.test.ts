import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readJson } from '../../../core/cli/read-json.js'
import { fakeTerminal } from './fake-terminal.js'

describe('cli: JSON on the command line', () => {
  let folder: string

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tasker-cli-'))
  })

  after(() => rm(folder, { recursive: true }))

  it('may be the argument itself', async () => {
    assert.deepEqual(await readJson('--context', ' {"orderId": 1}', fakeTerminal()), { orderId: 1 })
    assert.equal(await readJson('--results', '42', fakeTerminal()), 42)
    assert.equal(await readJson('--results', 'null', fakeTerminal()), null)
  })

  it('may be a file', async () => {
    const path = join(folder, 'order.json')
    await writeFile(path, '{"orderId": 2}')
    assert.deepEqual(await readJson('--context', path, fakeTerminal()), { orderId: 2 })
  })

  it('may come from standard input', async () => {
    assert.deepEqual(await readJson('--context', '-', fakeTerminal({ stdin: '[1, 2]' })), [1, 2])
  })

  it('says where the fault is if it is no JSON', async () => {
    await assert.rejects(readJson('--context', '{orderId: 1}', fakeTerminal()), {
      code: 'INVALID_ARGUMENT',
      message: /--context: what the argument holds is not JSON: .*position 1/,
    })
    const path = join(folder, 'broken.json')
    await writeFile(path, 'orderId')
    await assert.rejects(readJson('--context', path, fakeTerminal()), { message: /what the file .*broken\.json holds/ })
    await assert.rejects(readJson('--context', '-', fakeTerminal()), { message: /what standard input holds/ })
  })

  it('says that a file is missing', async () => {
    await assert.rejects(readJson('--context', join(folder, 'missing.json'), fakeTerminal()), {
      code: 'INVALID_ARGUMENT',
      message: /neither JSON nor a file that exists/,
    })
  })
})
