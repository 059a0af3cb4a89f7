import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { parse } from 'yaml'
import { parseTaskYaml } from '../../../core/definition/parse-task-yaml.js'
import { TaskYamlError } from '../../../core/errors/task-yaml-errors.js'
import { codeBlocks } from '../../support/docs/code-blocks.js'
import { checkout } from '../../support/docs/generated-section.js'

const read = (path: string) => readFileSync(join(checkout, path), 'utf8')
const schema = JSON.parse(read('docs/task.schema.json'))
const validate = new Ajv2020({ strict: false }).compile(schema)

/** Task files of the repository: those of examples and tests, and those that documents show. */
function taskFiles(): (readonly [string, string])[] {
  const files = ['examples', 'test/fixtures'].flatMap((folder) =>
    readdirSync(join(checkout, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.task.yaml') && !file.includes('broken'))
      .map((file) => [join(folder, file), read(join(folder, file))] as const),
  )
  const documents = readdirSync(join(checkout, 'docs')).filter((file) => file.endsWith('.md'))
  const shown = documents.flatMap((file) =>
    codeBlocks(read(join('docs', file)), ['yaml'])
      .filter(({ code }) => /^step_templates:/m.test(code))
      .map(({ code }, at) => [`docs/${file}, block ${at + 1}`, code] as const),
  )
  return [...files, ...shown]
}

describe('the schema of task files for editors', () => {
  it('is where documentation and the package say', () => {
    const resolved = createRequire(import.meta.url).resolve('tasker/task.schema.json')
    assert.equal(resolved, join(checkout, 'docs/task.schema.json'))
    const { files } = JSON.parse(read('package.json')) as { readonly files: readonly string[] }
    assert(files.includes('docs/task.schema.json'))
  })

  it('says what each key means', () => {
    const { properties } = schema as { properties: Record<string, { description?: string }> }
    const silent = Object.entries(properties).filter(([, { description = '' }]) => description === '')
    assert.deepEqual(silent, [])
  })

  for (const [file, text] of taskFiles()) {
    it(`takes ${file}`, () => assert(validate(parse(text)), JSON.stringify(validate.errors)))
  }

  const steps = 'step_templates: [{ name: a, handler: a }]'
  const wrong: Readonly<Record<string, string>> = {
    'a key that there is not': `name: x\n${steps}\ntimeout: 5`,
    'a key of a step that there is not': 'name: x\nstep_templates: [{ name: a, handler: a, depends_on: b }]',
    'no name': steps,
    'no steps': 'name: x',
    'an empty list of steps': 'name: x\nstep_templates: []',
    'a step without a name': 'name: x\nstep_templates: [{ handler: a }]',
    'a version that is a number': `name: x\nversion: 1.0\n${steps}`,
    'a number that is text': 'name: x\nstep_templates: [{ name: a, handler: a, default_retry_limit: many }]',
    'a limit that is too small': 'name: x\nstep_templates: [{ name: a, handler: a, default_retry_limit: 0 }]',
    'a word that there is not': 'name: x\nstep_templates: [{ name: a, handler: a, on_failure: ignore }]',
    'a mistake in an environment': `name: x\n${steps}\nenvironments: { production: { timeout: 5 } }`,
  }
  for (const [what, text] of Object.entries(wrong)) {
    it(`refuses ${what}, as the loader does`, () => {
      assert(!validate(parse(text)))
      assert.throws(() => parseTaskYaml(text, { handlers: { a: () => 1 } }), TaskYamlError)
    })
  }

  it('lets variables stand for numbers, true, false and words, as the loader does', () => {
    const text = `name: x\nstep_templates: [{ name: a, handler: a, default_retry_limit: "\${LIMIT:-4}", skippable: "\${SKIP:-true}" }]`
    assert(validate(parse(text)), JSON.stringify(validate.errors))
    const [step] = parseTaskYaml(text, { handlers: { a: () => 1 }, variables: {} }).definition.steps
    assert.deepEqual([step?.retry.limit, step?.skippable], [4, true])
  })
})
