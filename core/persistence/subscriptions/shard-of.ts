/**
 * SQL: the shard of a row of the log, of so many. By the end of the task's id, which is random in a UUID of version 7; entries without a
 * task are spread one by one. No hash of the server's own: those may change with its version, and cursors with them.
 */
export function shardOf(count: number): string {
  return `(case when task_id is null then id else ('x' || right(task_id::text, 4))::bit(16)::bigint end % ${count})::int`
}
