import type { DeliveredEvent, Evidence, WrittenEvent } from '../evidence/evidence.js'

/**
 * A durable subscriber was given every event of the log, those of each task in order, some of them more than once where a process was lost
 * in between; a transactional one has written each exactly once. Nothing was given up.
 */
export function checkDeliveries({ written, deliveries: { told, ledger, deadLetters } }: Evidence): readonly string[] {
  const first = new Set<string>()
  const firstTimes = told.filter(({ id }) => !first.has(id) && first.add(id))
  const times = new Map<string, number>()
  for (const { id } of ledger) times.set(id, (times.get(id) ?? 0) + 1)
  const doubled = [...times].filter(([, count]) => count > 1)
  return [
    ...missing('the durable subscriber', written, first),
    ...disordered('the durable subscriber', firstTimes),
    ...missing('the transactional subscriber', written, new Set(times.keys())),
    ...disordered('the transactional subscriber', ledger),
    ...doubled.map(([id, count]) => `the transactional subscriber has written event ${id} ${count} times`),
    ...deadLetters,
  ]
}

function missing(who: string, written: readonly WrittenEvent[], given: ReadonlySet<string>): readonly string[] {
  return written
    .filter(({ id }) => !given.has(id))
    .map(({ id, taskId, position }) => `${who} missed event ${id} of task ${taskId} at ${position}`)
}

function disordered(who: string, events: readonly DeliveredEvent[]): readonly string[] {
  const lastOf = new Map<string, string>()
  return events.flatMap(({ id, taskId, position }) => {
    const last = lastOf.get(taskId)
    lastOf.set(taskId, position)
    return last !== undefined && position <= last ? [`${who} was given event ${id} of task ${taskId} out of order`] : []
  })
}
