import { stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { type LockRecord, placeOfThisProcess } from './lock-record.js'
import { isUnixSocket, probeEndpoint } from './socket-endpoint.js'

/** How often a holder touches its lock file. */
export const HEARTBEAT_MS = 2_000
const OBSERVATION_MS = 5 * HEARTBEAT_MS
const LOOK_MS = 250

/**
 * Whether the holder of a lock lives. The truth is its socket: if it answers, it lives; if it is there and refuses, it is
 * dead, also after a restart in which everybody is process 1 again.
 *
 * A socket that is not there proves nothing: another container may share the folder and not the temporary folder, or
 * somebody has cleaned the temporary folder up. Then a dead process id of our own place decides, and else the
 * heartbeat of the lock file, watched for 10 s.
 */
export async function isHolderAlive(lockPath: string, holder: LockRecord): Promise<boolean> {
  const isOurPlace = holder.place === placeOfThisProcess()
  if (holder.endpoint !== undefined) {
    const result = await probeEndpoint(holder.endpoint)
    if (result === 'answers') return true
    if (result === 'refused' && (isUnixSocket(holder.endpoint) || isOurPlace)) return false
    if (isOurPlace && !isProcessAlive(holder.pid)) return false
  }
  return hasHeartbeat(lockPath)
}

/** Whether a lock file is touched, replaced or removed while we watch. */
async function hasHeartbeat(lockPath: string): Promise<boolean> {
  const before = await lastTouched(lockPath)
  const deadline = Date.now() + OBSERVATION_MS
  while (Date.now() < deadline) {
    await sleep(LOOK_MS)
    const now = await lastTouched(lockPath)
    if (now !== before) return now !== undefined
  }
  return false
}

async function lastTouched(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  )
}

function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}
