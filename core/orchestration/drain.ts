import type { RunnerServices } from './runner-services.js'
import type { OrchestrationSettings } from './settings.js'
import type { TaskRunner } from './task-runner.js'
import { within } from './within.js'

/** How long the commits may take that give back what is owned, in milliseconds, before a stopping worker leaves it. */
const longestLastCommitMs = 10_000
/** Who allows running steps no time at all still wants them given back. */
const shortestLastCommitMs = 1_000

/** How long a stopping worker waits for a database that does not answer, each time that it needs it, in milliseconds. */
export function lastCommitMsOf({ drainTimeoutMs }: OrchestrationSettings): number {
  return Math.min(longestLastCommitMs, Math.max(shortestLastCommitMs, drainTimeoutMs))
}

/**
 * Has every run given back at its next step boundary, and when `drainTimeoutMs` have passed whatever still runs; false if that
 * cannot be committed, because the database does not answer.
 *
 * @param empty resolves when nothing is owned any more
 */
export async function drainRunners(
  services: RunnerServices,
  runners: ReadonlyMap<string, TaskRunner>,
  empty: Promise<void>,
): Promise<boolean> {
  const { drainTimeoutMs, timeoutGraceMs } = services.settings
  for (const runner of runners.values()) runner.drain()
  // Real time: a drain waits for handlers, which no clock of ours moves.
  const deadline = setTimeout(() => {
    for (const runner of runners.values()) runner.abandon(timeoutGraceMs)
  }, drainTimeoutMs)
  const isEmpty = await within(drainTimeoutMs + timeoutGraceMs + lastCommitMsOf(services.settings), empty)
  clearTimeout(deadline)
  if (!isEmpty) services.log.error({ tasks: runners.size }, 'the worker stops without having given back its tasks')
  return isEmpty
}
