import { createHash } from 'node:crypto'
import type { CreatedTask } from '../../contracts/created-task.js'
import type { StoredSchedule } from '../../contracts/schedule-store.js'
import type { DefinedTask } from '../../contracts/task-definition.js'
import type { TaskRequest } from '../../contracts/task-request.js'
import type { TaskCreator } from '../task-creator.js'

/**
 * The task of a schedule for one of its times. Its identity is the schedule and the time, whatever version of the task is the newest where
 * it is created: whoever comes second, or again after a crash, gets the task that is there.
 */
export function createScheduledTask(
  creator: TaskCreator,
  schedule: StoredSchedule,
  defined: DefinedTask,
  time: string,
): Promise<CreatedTask> {
  const identity = createHash('sha256')
    .update(JSON.stringify(['schedule', schedule.id, time]))
    .digest('hex')
  return creator.create(requestFor(schedule, defined, time, `due at ${time}`), {
    defined,
    identity: { hash: identity, windowMs: null },
  })
}

/** A task of a schedule besides its times. */
export function createTriggeredTask(
  creator: TaskCreator,
  schedule: StoredSchedule,
  defined: DefinedTask,
  { time, reason }: { readonly time: string; readonly reason: string },
): Promise<CreatedTask> {
  return creator.create(requestFor(schedule, defined, time, reason), { defined, identity: null })
}

/** What the schedule says wins, but for the tags by which its tasks are told. */
function requestFor(
  { name, definition }: StoredSchedule,
  { definition: task }: DefinedTask,
  time: string,
  reason: string,
): TaskRequest {
  const { tags = [], ...request } = definition.request
  return {
    initiator: `schedule ${name}`,
    sourceSystem: 'schedule',
    reason,
    ...request,
    tags: [...tags, `schedule:${name}`, `scheduled:${time}`],
    namespace: task.namespace,
    name: task.name,
    version: task.version,
  }
}
