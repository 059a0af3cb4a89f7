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

/** Thrown when a hook refused something by throwing an error that says no more than its message. */
export class HookRefusedError extends TaskerError {
  constructor(hook: string, owner: string, cause: unknown) {
    super('HOOK_REFUSED', {
      what: `Hook ${hook} of ${owner} refused: ${cause instanceof Error ? cause.message : String(cause)}`,
      details: { hook, owner },
      cause,
    })
  }
}
