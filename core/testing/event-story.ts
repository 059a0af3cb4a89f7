import type { TaskerEvent } from '../events/envelope.js'

/**
 * An event on one line, for people and for comparison: its name, and of its payload the step, the attempt if it is not the first, and
 * the code of the error.
 *
 * `step.failed charge, attempt 2: STEP_TIMEOUT`
 */
export function storyOf({ name, payload }: TaskerEvent<string>): string {
  const { stepName, attempt, error } = (payload ?? {}) as {
    readonly stepName?: unknown
    readonly attempt?: unknown
    readonly error?: { readonly code?: unknown } | null
  }
  const step = typeof stepName === 'string' ? ` ${stepName}` : ''
  const repeated = typeof attempt === 'number' && attempt > 1 ? `, attempt ${attempt}` : ''
  const failure = typeof error?.code === 'string' ? `: ${error.code}` : ''
  return `${name}${step}${repeated}${failure}`
}
