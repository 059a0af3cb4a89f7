import { errorMessage } from './error-message.js'
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
      what: `Hook ${hook} of ${owner} refused: ${errorMessage(cause)}`,
      details: { hook, owner },
      cause,
    })
  }
}

/** Thrown when a hook without which something must not happen does not answer in time. */
export class HookTimeoutError extends TaskerError {
  constructor(hook: string, owner: string, timeoutMs: number) {
    super('HOOK_TIMEOUT', {
      what: `Hook ${hook} of ${owner} has not answered within ${timeoutMs} ms`,
      wayOut: 'Look at what it waits for, raise hooks.timeoutMs, or disable its plugin by name in discovery.disable',
      details: { hook, owner, timeoutMs },
    })
  }
}

/** Reported of a hook around a step that neither called `next()` nor gave a result in its place; the handler is called without it. */
export class HookSkippedHandlerError extends TaskerError {
  constructor(hook: string, owner: string) {
    super('HOOK_SKIPPED_HANDLER', {
      what: `Hook ${hook} of ${owner} has ended without calling next(), and gave nothing in place of what the handler gives`,
      expected: 'the result of next(), or a result in its place; null for none',
      wayOut: 'Return next() in every case, or disable its plugin by name in discovery.disable',
      details: { hook, owner },
    })
  }
}

/** Thrown as the failure of an attempt whose handler succeeded, when a hook around it then failed. */
export class HookFailedError extends TaskerError {
  constructor(hook: string, owner: string, cause: unknown) {
    super('HOOK_FAILED', {
      what: `Hook ${hook} of ${owner} failed after the handler had succeeded: ${errorMessage(cause)}`,
      wayOut: 'Correct the plugin, or disable it by name in discovery.disable; a retry calls the handler again',
      details: { hook, owner },
      cause,
    })
  }
}
