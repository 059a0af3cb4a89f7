import type { TaskerEvent } from '../../../core/events/envelope.js'

/**
 * The facts that were announced more than once, with how often.
 *
 * @param boots each one registers everything once
 */
export function doubledFacts(heard: readonly TaskerEvent<string>[], boots: number): (readonly [string, number])[] {
  const seen = new Map<string, number>()
  const runs = new Map<string, number>()
  for (const event of heard) {
    const { name, taskId = '' } = event
    if (name === 'task.start_requested') runs.set(taskId, (runs.get(taskId) ?? 0) + 1)
    const key = factKey(event, runs.get(taskId) ?? 0)
    if (key !== undefined) seen.set(key, (seen.get(key) ?? 0) + 1)
  }
  return [...seen].filter(([key, times]) => times > (isSaidByEachProcess(key) ? boots : 1))
}

/** Whoever claims a task that waits says that it is to run, and cannot know what a creator that is gone has said. */
function isSaidByEachProcess(key: string): boolean {
  return key.includes('_registered ') || key.startsWith('workflow.orchestration_requested ')
}

/**
 * What an event is a fact about, as EVENTS.md says under "Once per fact": two events with one key would announce one fact
 * twice. Undefined for those that have none: searches for ready steps, and measurements of what the process does by itself.
 *
 * @param runsBefore runs of its task that had begun by then, for events of a run that do not carry its id
 */
function factKey(event: TaskerEvent<string>, runsBefore: number): string | undefined {
  const { name, taskId, stepId, position } = event
  const payload = event.payload as Readonly<Record<string, unknown>>
  if (position !== undefined) return `${name} of ${stepId ?? taskId} at ${position.split('.')[0]}`
  const run = payload.runId ?? `${taskId} after ${runsBefore} runs`
  switch (name) {
    case 'task.before_transition':
    case 'step.before_transition':
      return undefined
    case 'step.handle':
      return `${name} ${stepId} ${payload.attempt} ${payload.number}`
    case 'workflow.steps_execution_started':
    case 'workflow.steps_execution_completed':
      return `${name} ${payload.batchId}`
    case 'workflow.viable_steps_discovered':
    case 'workflow.viable_steps_batch_ready':
      return `${name} ${run} ${JSON.stringify(payload.stepNames)}`
    // Where there is no run yet, a request is the fact: who creates a task asks for it, and, if that worker is lost, who recovers it.
    case 'workflow.orchestration_requested':
      return `${name} ${run} ${payload.cause}`
    case 'workflow.no_viable_steps':
      return `${name} ${run}`
    case 'observability.step.find_viable':
    case 'export.cache_synced':
      return undefined
    case 'registry.conflict_resolved':
    case 'registry.validation_failed':
      return `${name} ${payload.kind} ${payload.subject}`
  }
  if (stepId !== undefined) return `${name} ${stepId} ${payload.attempt}`
  if (taskId !== undefined) return `${name} ${run}`
  if (name.startsWith('export.') && payload.exportId !== undefined) return `${name} ${payload.exportId}`
  return `${name} ${JSON.stringify(payload)}`
}
