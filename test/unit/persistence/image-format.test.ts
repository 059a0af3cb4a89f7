import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeImage, encodeImage, readFolder, writeFolder } from '../../../core/persistence/embedded/image-format.js'

describe('the image of a database folder', () => {
  let root: string
  let original: string

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'image-test-'))
    original = join(root, 'original')
    mkdirSync(join(original, 'base', '1'), { recursive: true })
    mkdirSync(join(original, 'empty'))
  })
  afterEach(() => rmSync(root, { recursive: true }))

  it('gives the same folders and files back, byte for byte', () => {
    const log = new Uint8Array(1_000_000)
    log.set([1, 2, 0, 3])
    const files = {
      PG_VERSION: '18\n',
      'base/1/112': 'a\0b\n',
      'base/1/113': '',
      'base/log': log,
      'base/short': '\0\0',
    }
    for (const [path, contents] of Object.entries(files)) writeFileSync(join(original, path), contents)
    const copy = join(root, 'copy')
    writeFolder(copy, decodeImage(encodeImage(readFolder(original, 'of today'))))
    assert.deepEqual(readdirSync(copy, { recursive: true }).sort(), readdirSync(original, { recursive: true }).sort())
    for (const path of Object.keys(files))
      assert.deepEqual(readFileSync(join(copy, path)), readFileSync(join(original, path)))
    assert.ok(statSync(join(copy, 'empty')).isDirectory())
  })

  it('holds once what several files hold, and no long rows of zeros', () => {
    const contents = Buffer.alloc(50_000, 'x')
    for (const name of ['1', '2', '3']) writeFileSync(join(original, name), contents)
    writeFileSync(join(original, 'log'), Buffer.alloc(16_000_000))
    const { length } = encodeImage(readFolder(original, 'of today'))
    assert.ok(length < 51_000, String(length))
  })
})
