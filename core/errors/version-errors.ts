import { TaskerError } from './tasker-error.js'

/** A definition that is stored under a version and differs from the one that the code has under it. */
export interface DefinitionChange {
  /** `payments.refund@1.0.0` */
  readonly task: string
  /** `step "ship" was added`, `step "charge": retry.limit 3 → 5` */
  readonly differences: readonly string[]
}

const mostLines = 20

/**
 * Thrown when the definition of a task differs from the one that is stored under the same version, outside of development: by `start()`
 * for all that the project itself names, by creating a task for that one.
 */
export class DefinitionChangedError extends TaskerError {
  readonly changes: readonly DefinitionChange[]

  constructor(changes: readonly DefinitionChange[]) {
    const versions = changes.length === 1 ? 'this version' : 'these versions'
    super('DEFINITION_CHANGED', {
      what: `${changes.map(changeText).join('\n')}\n`,
      expected: `the definition that is stored under ${versions}, because tasks that have begun stay on it`,
      wayOut:
        'Register what has changed under a new version, beside the old one for as long as tasks of it run. In development it takes the place of the stored one; definitions.onChange decides',
      details: { changes },
    })
    this.changes = changes
  }
}

/** `Task a.b@1.0.0 is not what is stored under this version:` with a line for each difference. */
export function changeText({ task, differences }: DefinitionChange): string {
  const lines = differences.slice(0, mostLines).map((difference) => `\n  ${difference}`)
  const more = differences.length - lines.length
  const rest = more > 0 ? `\n  and ${more} more` : ''
  return `Task ${task} is not what is stored under this version:${lines.join('')}${rest}`
}
