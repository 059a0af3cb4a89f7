import { nearestName } from './nearest-name.js'
import { TaskerError } from './tasker-error.js'

/** Thrown when a function is added to a hook that does not exist. */
export class UnknownHookError extends TaskerError {
  constructor(hook: string, choices: readonly string[], owner: string) {
    const near = nearestName(hook, choices)
    super('UNKNOWN_HOOK', {
      what: `There is no hook "${hook}", which ${owner} wants to add to`,
      expected: `one of ${choices.join(', ')}`,
      ...(near === undefined ? {} : { wayOut: `Did you mean "${near}"?` }),
      details: { hook, owner, choices },
    })
  }
}
