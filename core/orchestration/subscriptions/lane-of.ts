/** What the order of delivery holds for: a task, or an entry of the log that belongs to none. */
export function laneOf(taskId: string | null, logId: number): string {
  return taskId ?? `entry:${logId}`
}
