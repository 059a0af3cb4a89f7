import { readFile } from 'node:fs/promises'
import { withClient } from './sql.js'

/** Linux counts the time of processes in ticks; 100 in a second everywhere but on kernels built otherwise. */
const msPerTick = 10

/**
 * Processor time that the connections to this database have used so far, in milliseconds. Undefined where it cannot be known:
 * the server is on another machine or in another container, or this is not Linux.
 */
export async function serverCpuMs(url: string): Promise<number | undefined> {
  const sql = 'select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()'
  const pids = await withClient(url, async (client) => (await client.query<{ pid: number }>(sql)).rows)
  const times = await Promise.all(pids.map(({ pid }) => processMs(pid)))
  return times.reduce<number | undefined>(
    (sum, ms) => (sum === undefined || ms === undefined ? undefined : sum + ms),
    0,
  )
}

async function processMs(pid: number): Promise<number | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  // A process of this number here may be another one than there.
  if (stat === undefined || !/^\d+ \(postgres/.test(stat)) return undefined
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * msPerTick
}
