import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { checkout } from '../../../support/docs/generated-section.js'

const templates = join(checkout, 'examples', 'templates')
const schema = JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8')).exports['./task.schema.json']

describe('the task files of a new project', () => {
  for (const file of globSync('*/**/*.task.yaml', { cwd: templates })) {
    it(`have their schema in the editor: ${file}`, () => {
      const [template = ''] = file.split(sep)
      const installed = join(templates, template, 'node_modules', 'tasker', schema)
      const path = relative(dirname(join(templates, file)), installed).replaceAll(sep, '/')
      const [firstLine] = readFileSync(join(templates, file), 'utf8').split('\n')
      assert.equal(firstLine, `# yaml-language-server: $schema=${path}`)
    })
  }
})
