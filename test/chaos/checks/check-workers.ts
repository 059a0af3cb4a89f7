import type { Evidence } from '../evidence/evidence.js'

/** What a worker finds that has claimed a task and never heard of it. */
const stray = /does not hold it$/

/** No process broke, and none found a task that nothing would have woken. */
export function checkWorkers({ workers, losesConnections }: Evidence): readonly string[] {
  return workers.flatMap(({ name, lines }) =>
    lines.flatMap((line) => {
      if (line.kind === 'broken') return [`${name}: ${line.problem}`]
      if (line.kind === 'unclear' && line.action !== 'reclaimed' && !(losesConnections && stray.test(line.finding))) {
        return [`${name}: ${line.finding}, ${line.action}`]
      }
      // One that waits for a connection too long is told so.
      if (line.kind === 'answer' && !line.ok && line.code !== 'DATABASE_UNAVAILABLE')
        return [`${name}: a read was refused: ${line.error}`]
      return []
    }),
  )
}
