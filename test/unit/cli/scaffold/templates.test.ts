import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { templates } from '../../../../core/cli/scaffold/template-catalogue.js'
import { templateFiles } from '../../../../core/cli/scaffold/template-files.js'
import { checkout } from '../../../support/docs/generated-section.js'
import { run, tsc } from '../../../support/docs/readme-project.js'

const folder = join(checkout, 'examples/templates')

describe('cli: the templates of new projects', () => {
  it('compile where they stand, under the strict settings that the projects get', async () => {
    const { code, stdout } = await run(checkout, tsc, ['-p', folder])
    assert.equal(code, 0, stdout)
  }).timeout(60_000)

  for (const { name, layers } of templates) {
    it(`${name}: has its layers, a program to start, a configuration and tests`, async () => {
      for (const layer of layers) assert(existsSync(join(folder, layer)), layer)
      const paths = (await templateFiles(layers, 'corner-shop')).map(({ path }) => path)
      for (const path of ['start.ts', 'tasker.config.ts', 'tsconfig.json', 'README.md', '.gitignore']) {
        assert(paths.includes(path), path)
      }
      assert(paths.some((path) => /^test\/.*\.test\.ts$/.test(path)))
      assert(paths.some((path) => /^handlers\/.*\.task\.ts$/.test(path)))
    })
  }
})
