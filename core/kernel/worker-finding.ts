import type { HealthFinding } from '../contracts/health.js'
import type { Worker } from '../orchestration/worker.js'
import type { TaskerState } from './tasker.js'

/** What the health report says of this process as a worker: not well when others take it for dead. */
export function workerFinding(worker: Worker, state: TaskerState, leaseMs: number): HealthFinding {
  const { id, ownedCount: ownedTasks, room, repairs, heartbeatAgeMs } = worker
  const ageMs = heartbeatAgeMs === undefined ? undefined : Math.round(heartbeatAgeMs)
  const beat = ageMs === undefined ? {} : { lastHeartbeatAgeMs: ageMs }
  const details = { state, id, ownedTasks, room, repairs, ...beat }
  if (ageMs === undefined || ageMs <= leaseMs) return { isHealthy: true, details }
  const message = `the last heartbeat was written ${ageMs} ms ago, longer than its lease of ${leaseMs} ms: others take over its tasks`
  return { isHealthy: false, message, details }
}
