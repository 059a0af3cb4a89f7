import type { DefinedTask, StepDefinition, TaskDefinition } from '../../../core/contracts/task-definition.js'

export function step(name: string, overrides: Partial<StepDefinition> = {}): StepDefinition {
  return {
    name,
    kind: 'run',
    dependsOn: [],
    retryable: true,
    retry: { limit: 3 },
    skippable: false,
    onFailure: 'error',
    timeoutMs: 600_000,
    dependentSystem: 'default',
    handler: { kind: 'function', run: () => ({}) },
    ...overrides,
  }
}

/** A task as another copy of the package would give it: the brand is all that is known of it. */
export function task(name: string, version = '1.0.0', overrides: Partial<TaskDefinition> = {}): DefinedTask {
  const definition: TaskDefinition = {
    namespace: 'payments',
    name,
    version,
    sensitive: [],
    steps: [step('only')],
    customEvents: [],
    hash: 'hash',
    ...overrides,
  }
  return { [Symbol.for('tasker.task')]: true, definition } as unknown as DefinedTask
}
