import type { AuditedTask, AuditStore } from '../../contracts/audit.js'
import type { TaskRecord } from '../../contracts/task-record.js'
import type { Command } from '../../contracts/task-request.js'
import type { StuckTask } from '../../contracts/verification.js'
import { overdueAfterMs, type StuckFinding, stuckFinding } from '../../workflow/stuck-finding.js'

/** A command is answered in the owner's next commit, and one without an owner at the next sweep. In milliseconds. */
export const unansweredAfterMs = 60_000

/** Why a task is stuck, for a person. */
export function stuckTask(task: TaskRecord, finding: StuckFinding): StuckTask {
  const { id, state, ownerId, dueAt } = task
  return {
    taskId: id,
    finding,
    state,
    ...(ownerId === null ? {} : { ownerId }),
    ...(dueAt === null ? {} : { dueAt }),
    message: `task ${id} is ${state}, ${reasonText(task, finding)}`,
  }
}

function reasonText({ ownerId, dueAt, parked }: TaskRecord, finding: StuckFinding): string {
  switch (finding) {
    case 'nothing_wakes_it':
      return 'without an owner, a due time or a reason to wait'
    case 'never_rechecked':
      return `parked (${parked}), and ${dueAt === null ? 'will not be looked at again' : `will be looked at again only at ${dueAt}`}`
    case 'owner_gone':
      return `owned by worker ${ownerId}, which has not been heard of within its lease`
    case 'overdue':
      return `due since ${dueAt}, more than ${overdueAfterMs / 60_000} min ago, although a worker lives`
  }
}

export function unansweredCommand({ id, taskId, kind, createdAt }: Command): StuckTask {
  return {
    taskId,
    finding: 'command_unanswered',
    commandId: id,
    message: `command ${id} (${kind}) for task ${taskId} has had no answer since ${createdAt}`,
  }
}

/** The finding about a task that was read, if there is one. */
export function findingOf(audited: AuditedTask, hasLiveWorker: boolean, nowMs: number): StuckFinding | undefined {
  const { task, isOwnerAlive, isPaused } = audited
  return stuckFinding(task, { nowMs, isOwnerAlive, hasLiveWorker, isPaused })
}

/** Looks at a task again: it is stuck if nothing has happened to it, and it still looks so. */
export async function isStillStuck(
  store: AuditStore,
  before: TaskRecord,
  nowMs: number,
): Promise<StuckFinding | undefined> {
  const { tasks, hasLiveWorker } = await store.auditTasks({ filter: { taskId: before.id } })
  const [audited] = tasks
  if (audited === undefined) return undefined
  const { epoch, logEntry } = audited.task
  if (epoch !== before.epoch || logEntry !== before.logEntry) return undefined
  return findingOf(audited, hasLiveWorker, nowMs)
}
