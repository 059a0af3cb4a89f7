import { isDeepStrictEqual } from 'node:util'
import { rebuild, stored } from '../../integration/events/fold-log.js'
import type { Evidence, TaskEvidence } from '../evidence/evidence.js'

/** The rows of each task are what its log makes of them, every transition is legal, and its entries are numbered without gaps. */
export function checkFold({ tasks, findings }: Evidence): readonly string[] {
  const verified = findings.map((finding) => `verify: ${finding}`)
  return [...verified, ...tasks.flatMap((task) => [...gapsOf(task), ...differencesOf(task)])]
}

function gapsOf({ planned, entries, view }: TaskEvidence): readonly string[] {
  const isWhole = entries.length === view.logEntry && entries.every((entry, index) => entry === index + 1)
  return isWhole
    ? []
    : [`${planned.key}: log entries ${entries.join(', ')} where there should be 1 to ${view.logEntry}`]
}

function differencesOf({ planned, view, log }: TaskEvidence): readonly string[] {
  try {
    const fromLog = rebuild(view.id, log)
    const fromRows = stored(view)
    if (isDeepStrictEqual(fromLog, fromRows)) return []
    return [
      `${planned.key}: the log gives ${JSON.stringify(fromLog)}\n    and the rows are ${JSON.stringify(fromRows)}`,
    ]
  } catch (error) {
    return [`${planned.key}: its log cannot be folded: ${error instanceof Error ? error.message : error}`]
  }
}

/** A reader that followed the log from the beginning has seen every event once, those of each task in order. */
export function checkReader({ written, seen }: Evidence): readonly string[] {
  const seenIds = new Map<string, number>()
  for (const { id } of seen) seenIds.set(id, (seenIds.get(id) ?? 0) + 1)
  const missed = written.filter(({ id }) => !seenIds.has(id))
  const doubled = [...seenIds].filter(([, times]) => times > 1)
  const positions = new Map(written.map(({ id, position }) => [id, position]))
  const lastOf = new Map<string | null, string>()
  const disordered = seen.filter(({ taskId, position }) => {
    const last = lastOf.get(taskId)
    lastOf.set(taskId, position)
    return last !== undefined && position <= last
  })
  const foreign = seen.filter(({ id, position }) => positions.get(id) !== position)
  return [
    ...missed.map(({ id, taskId, position }) => `the reader missed event ${id} of task ${taskId} at ${position}`),
    ...doubled.map(([id, times]) => `the reader saw event ${id} ${times} times`),
    ...disordered.map(({ id, taskId }) => `the reader saw event ${id} of task ${taskId} out of order`),
    ...foreign.map(({ id, position }) => `the reader saw event ${id} at ${position}, where it is not`),
  ]
}
