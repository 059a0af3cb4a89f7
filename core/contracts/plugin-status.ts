/**
 * How a plugin stands: registered, its setup done, started, stopped; `failed` where its setup or start threw or hung, `blocked` where
 * a plugin that it depends on is not there. What is failed or blocked is switched off: nothing of what it added is left.
 */
export type PluginState = 'registered' | 'set_up' | 'started' | 'stopped' | 'failed' | 'blocked'

/** What one plugin does, and what it did wrong. */
export interface PluginStatus {
  readonly name: string
  readonly version: string
  /** Where it was found: `package acme-mail@1.2.0`. */
  readonly origin: string
  readonly state: PluginState
  /** Why it is failed or blocked. */
  readonly problem?: string
  /** Parts of it that their circuit breaker has switched off for now: `hook afterStepExecute`, `listener mail: onFailed`. */
  readonly paused: readonly string[]
  /** Failures of its parts since the start: hooks, listeners, health checks, errors that nobody awaited. */
  readonly failures: number
  readonly lastFailure?: { readonly at: string; readonly part: string; readonly problem: string }
}
