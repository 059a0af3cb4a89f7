import type { TaskerEvent } from '../../events/envelope.js'
import { storyOf } from '../event-story.js'

/**
 * What happened in a run, for people: a line for each event of the log with the virtual time since the first, and the faults where they
 * fell. Tasks that came of the first are told apart by their name.
 */
export function storyOfRun(
  log: readonly TaskerEvent<string>[],
  fallenAfter: ReadonlyMap<string, readonly string[]>,
): readonly string[] {
  const [first] = log
  const lines = faultLines(fallenAfter.get(''))
  for (const event of log) {
    const seconds = (Date.parse(event.occurredAt) - Date.parse(first!.occurredAt)) / 1_000
    const other = event.taskId === first!.taskId ? '' : ` (${nameOf(event)})`
    lines.push(`${`+${seconds.toFixed(3)} s`.padStart(14)}  ${storyOf(event)}${other}`)
    lines.push(...faultLines(fallenAfter.get(event.id)))
  }
  return lines
}

function faultLines(faults: readonly string[] = []): string[] {
  return faults.map((fault) => `${'>>>'.padStart(14)}  ${fault}`)
}

function nameOf({ payload, taskId }: TaskerEvent<string>): string {
  const { taskName } = (payload ?? {}) as { readonly taskName?: unknown }
  return typeof taskName === 'string' ? `task ${taskName}` : `task ${taskId}`
}
