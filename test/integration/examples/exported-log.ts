import assert from 'node:assert/strict'
import type { ExampleProject } from './example-project.js'

export interface ExportedTask {
  readonly id: string
  readonly namespace: string
  readonly name: string
  readonly version: string
  readonly state: string
  readonly context: { readonly orderId?: number; readonly card?: string }
}

export interface ExportedStep {
  readonly id: string
  readonly taskId: string
  readonly name: string
  readonly state: string
  readonly attempts: number
}

interface ExportedEvent {
  readonly name: string
  readonly taskId: string
  readonly stepId?: string | null
  readonly payload: { readonly attempt?: number; readonly willRetry?: boolean; readonly from?: string | null }
}

/** What may come after what in the life of one step that ends complete. */
const nextOfStep: Readonly<Record<string, readonly string[]>> = {
  'step.initialize_requested': ['step.execution_requested'],
  'step.execution_requested': ['step.completed', 'step.failed'],
  'step.failed': ['step.retry_requested'],
  'step.retry_requested': ['step.execution_requested'],
  'step.completed': [],
}

const nextOfTask: Readonly<Record<string, readonly string[]>> = {
  'task.initialize_requested': ['task.start_requested'],
  'task.start_requested': ['task.initialize_requested', 'task.completed'],
  'task.completed': [],
}

/** Reads what the last start exported, and checks that the log tells the whole life of every task and step, each step once. */
export async function assertLogIsWhole(project: ExampleProject): Promise<void> {
  const tasks = await project.json<ExportedTask[]>('tasks.json')
  const steps = await project.json<ExportedStep[]>('steps.json')
  const events = await project.json<ExportedEvent[]>('events.json')
  assert.ok(tasks.length >= 3)
  for (const task of tasks) {
    assert.equal(task.state, 'complete')
    const life = events.filter(({ name, taskId }) => taskId === task.id && name.startsWith('task.'))
    assertLife(life, nextOfTask, 'task.initialize_requested', 'task.completed')
  }
  for (const step of steps) {
    assert.equal(step.state, 'complete')
    const life = events.filter(({ name, stepId }) => stepId === step.id && name.startsWith('step.'))
    assertLife(life, nextOfStep, 'step.initialize_requested', 'step.completed')
    const attempts = life
      .filter(({ name }) => name === 'step.execution_requested')
      .map(({ payload }) => payload.attempt)
    assert.deepEqual(
      attempts,
      Array.from({ length: step.attempts }, (_, at) => at + 1),
      `attempts of ${step.name}`,
    )
  }
}

function assertLife(
  events: readonly ExportedEvent[],
  next: Readonly<Record<string, readonly string[]>>,
  first: string,
  last: string,
): void {
  const names = events.map(({ name }) => name)
  const told = names.join(' → ')
  assert.equal(names[0], first, told)
  assert.equal(names.at(-1), last, told)
  for (const [at, name] of names.slice(1).entries()) assert.ok(next[names[at]!]!.includes(name), told)
}
