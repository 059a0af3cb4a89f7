import type { DependentSystemSettings } from '../contracts/limits.js'
import type { BackoffPolicy } from '../workflow/backoff.js'
import type { IdentitySettings } from './request-identity.js'

/** What the configuration says about running tasks. Durations are in milliseconds. */
export interface OrchestrationSettings {
  readonly concurrentTasks: number
  readonly concurrentStepsPerTask: number
  readonly timeoutGraceMs: number
  readonly maxResultBytes: number
  readonly maxContextBytes: number
  readonly drainTimeoutMs: number
  readonly pollIntervalMs: number
  readonly sweepIntervalMs: number
  readonly leaseMs: number
  readonly heartbeatIntervalMs: number
  readonly deafAfterMs: number
  readonly sharedConcurrency: number
  readonly backoff: BackoffPolicy
  readonly identity: IdentitySettings
  /** By the name that steps give. */
  readonly dependentSystems: Readonly<Record<string, DependentSystemSettings>>
}
