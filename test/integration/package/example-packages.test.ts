import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { checkout } from '../../support/docs/generated-section.js'
import { emptyFolder } from '../../support/docs/readme-project.js'
import { buildAndTest, examples, names } from './example-packages.js'

/** Packed, installed and used: example-packages.long.test.ts. */
describe('The example packages', function () {
  this.timeout(120_000)

  it('are all there are, and each has what a package needs', async () => {
    const entries = await readdir(examples, { withFileTypes: true })
    const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
    assert.deepEqual(folders.toSorted(), names.toSorted())
    for (const name of names) {
      const manifest = JSON.parse(await readFile(join(examples, name, 'package.json'), 'utf8'))
      assert.equal(manifest.name, name)
      assert.deepEqual(Object.keys(manifest.peerDependencies), ['tasker'])
      assert.equal(manifest.dependencies, undefined)
    }
  })

  it(`compile and pass their own tests: ${names[0]}`, async () => {
    const folder = await emptyFolder()
    try {
      await mkdir(join(folder, 'node_modules/@types'), { recursive: true })
      await symlink(checkout, join(folder, 'node_modules/tasker'))
      await symlink(join(checkout, 'node_modules/@types/node'), join(folder, 'node_modules/@types/node'))
      await buildAndTest(names[0]!, join(folder, 'packages', names[0]!))
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
})
