import type { ScaffoldFile } from '../scaffold-file.js'
import { type Generation, importPath } from './generation.js'
import { camelCase, kebabCase, member, quoted } from './identifiers.js'
import type { NewTask } from './new-task.js'

/** A task in code, each of its steps passing on what it received, and a test of it. */
export function handlerFiles(task: NewTask, folder: string): Generation {
  const stem = kebabCase(task.name)
  const path = `${folder}/${task.namespace}/${stem}.task.ts`
  const test = `test/${task.namespace}/${stem}.test.ts`
  return [taskFile(task, path), testFile(task, test, path)]
}

function taskFile(task: NewTask, path: string): ScaffoldFile {
  const content = `import { defineTask } from 'tasker'
import { Type } from 'typebox'

export const ${camelCase(task.name, 'task')} = defineTask({
  namespace: ${quoted(task.namespace)},
  name: ${quoted(task.name)},
  version: ${quoted(task.version)},
  description: ${quoted(task.description)},
  // What a creator of the task hands over: it is checked, and typed in every step.
  context: Type.Object({ id: Type.Integer() }),
})
${task.steps.map((name, index) => step(name, task.steps[index - 1])).join('\n')}
`
  return { path, content }
}

function step(name: string, before: string | undefined): string {
  if (before === undefined) {
    return `  .step(${quoted(name)}, async ({ context, log }) => {
    log.info({ id: context.id }, ${quoted(name)})
    return { id: context.id }
  })`
  }
  return `  .step(${quoted(name)}, { dependsOn: [${quoted(before)}], retry: { limit: 3 } }, async ({ results, log }) => {
    log.info({ id: results${member(before)}.id }, ${quoted(name)})
    return { id: results${member(before)}.id }
  })`
}

function testFile({ namespace, name, steps }: NewTask, path: string, taskPath: string): ScaffoldFile {
  const task = camelCase(name, 'task')
  const first = steps[0]!
  const last = steps.at(-1)!
  const content = `import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createTestTasker, type TestTasker } from 'tasker/testing'
import { ${task} } from '${importPath(path, taskPath)}'

describe(${quoted(`${namespace}/${name}`)}, () => {
  let t: TestTasker

  before(async () => {
    t = await createTestTasker({ handlers: [${task}] })
  })

  after(() => t.stop())

  it('runs its steps to the end', async () => {
    const { state, steps } = await t.run(${task}, { id: 7 })
    assert.equal(state, 'complete')
    assert.deepEqual(steps${member(last)}.results, { id: 7 })
  })

  it('tries a step again that fails', async () => {
    t.faults.failStep(${quoted(first)}, { times: 1 })
    const { state, steps } = await t.run(${task}, { id: 8 })
    assert.equal(state, 'complete')
    assert.equal(steps${member(first)}.attempts, 2)
  })
})
`
  return { path, content }
}
