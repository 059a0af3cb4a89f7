import { stringify } from 'yaml'
import type { ScaffoldFile } from '../scaffold-file.js'
import type { Generation } from './generation.js'
import { camelCase, kebabCase, member, quoted } from './identifiers.js'
import type { NewTask } from './new-task.js'

/** A task in a file, the module of its handlers, and a test. */
export function taskYamlFiles(task: NewTask, folder: string): Generation {
  const stem = kebabCase(task.name)
  const path = `${folder}/${task.namespace}/${stem}.task.yaml`
  const steps = `${folder}/${task.namespace}/${stem}-steps.ts`
  return [
    { path, content: taskText(task, `./${stem}-steps.ts`) },
    { path: steps, content: stepsText(task) },
    testFile(task, `test/${task.namespace}/${stem}.test.ts`, path),
  ]
}

/** Of the export that handles a step. */
const handlerName = (step: string): string => camelCase(step, 'step')

function taskText({ namespace, name, version, description, steps }: NewTask, handlers: string): string {
  return stringify({
    name,
    namespace,
    version,
    description,
    handlers,
    schema: { type: 'object', required: ['id'], properties: { id: { type: 'integer' } } },
    step_templates: steps.map((step, index) => ({
      name: step,
      handler: handlerName(step),
      ...(index === 0 ? {} : { depends_on_step: steps[index - 1] }),
    })),
  })
}

function stepsText({ steps }: NewTask): string {
  const functions = steps.map((step, index) => handler(step, steps[index - 1]))
  return `import type { StepContext } from 'tasker'\n\n${functions.join('\n\n')}\n`
}

function handler(step: string, before: string | undefined): string {
  const [given, from] = before === undefined ? ['context', 'context'] : ['results', `results${member(before)}`]
  return `export async function ${handlerName(step)}({ ${given}, log }: StepContext) {
  const { id } = ${from} as { readonly id: number }
  log.info({ id }, ${quoted(step)})
  return { id }
}`
}

function testFile({ namespace, name, version, steps }: NewTask, path: string, taskPath: string): ScaffoldFile {
  const last = steps.at(-1)!
  const first = steps[0]!
  const content = `import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createTestTasker, type TestTasker } from 'tasker/testing'

describe(${quoted(`${namespace}/${name}`)}, () => {
  let t: TestTasker

  before(async () => {
    t = await createTestTasker({ handlers: [${quoted(`./${taskPath}`)}] })
  })

  after(() => t.stop())

  const task = { namespace: ${quoted(namespace)}, name: ${quoted(name)}, version: ${quoted(version)} }
  const run = (id: number) => t.run({ ...task, context: { id } })

  it('runs its steps to the end', async () => {
    const { state, steps } = await run(7)
    assert.equal(state, 'complete')
    assert.deepEqual(steps${member(last)}?.results, { id: 7 })
  })

  it('tries a step again that fails', async () => {
    t.faults.failStep(${quoted(first)}, { times: 1 })
    const { state, steps } = await run(8)
    assert.equal(state, 'complete')
    assert.equal(steps${member(first)}?.attempts, 2)
  })
})
`
  return { path, content }
}
