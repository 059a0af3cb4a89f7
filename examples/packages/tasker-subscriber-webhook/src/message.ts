import type { TaskerEvent } from 'tasker'

/** What the chat is told of a task that has failed. */
export function messageFor({ payload, taskId }: TaskerEvent<'task.failed'>): string {
  const { namespace, taskName, version, error } = payload
  return `Task ${namespace}.${taskName}@${version} (${taskId}) failed: ${error.message}`
}
