import type { LifecycleEventName } from '../../core/index.js'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/**
 * Levels by meaning: `error` needs somebody, `warn` may, `info` is how tasks end and what people and programs do to them; what comes
 * with every step is `debug`, because a busy worker ends thousands of steps a second.
 */
const levels: Readonly<Partial<Record<LifecycleEventName, LogLevel>>> = {
  'task.completed': 'info',
  'task.failed': 'error',
  'task.retry_requested': 'info',
  'task.cancelled': 'warn',
  'task.resolved_manually': 'info',
  'step.cancelled': 'warn',
  'step.resolved_manually': 'info',
  'workflow.step_execution_failed': 'error',
  'workflow.task_reenqueue_failed': 'error',
  'workflow.task_state_unclear': 'warn',
  'observability.step.max_retries_reached': 'warn',
  'export.requested': 'info',
  'export.completed': 'info',
  'export.failed': 'error',
  // Whoever offered it gets an error, and what the kernel leaves out of a boot is in the log already.
  'registry.validation_failed': 'debug',
  'registry.conflict_resolved': 'warn',
}

/** The level of an event; of one that is not a lifecycle event `info`, because somebody thought it worth publishing. */
export function levelOf({ name, payload }: { readonly name: string; readonly payload: unknown }): LogLevel {
  if (name === 'step.failed' && !(payload as { willRetry: boolean }).willRetry) return 'error'
  return leastLevelOf(name)
}

/** The least severe level that an event of this name can have. */
export function leastLevelOf(name: string): LogLevel {
  if (name === 'step.failed') return 'warn'
  return levels[name as LifecycleEventName] ?? (isOfEngine(name) ? 'debug' : 'info')
}

function isOfEngine(name: string): boolean {
  return /^(task|step|workflow|observability|export|registry)\./.test(name)
}
