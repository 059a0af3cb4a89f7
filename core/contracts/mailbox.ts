/** What one kernel tells another: where it is worth looking. Everything that matters stands in the tables. */
export type Letter =
  /** There is a command for a task that you own. */
  | { readonly kind: 'command' }
  /** A command of yours has been answered. */
  | { readonly kind: 'answer'; readonly commandId: string }
  /** Tell `replyTo` when this task of yours has ended. */
  | { readonly kind: 'watch'; readonly taskId: string; readonly replyTo: string }
  /** Something has become of a task that you wait for. */
  | { readonly kind: 'look'; readonly taskId: string }
  /** Something has changed about the limits of a system that steps call. */
  | { readonly kind: 'limit'; readonly system: string }
  /** As many tasks of a key are in progress no more: one may go on that waits. */
  | { readonly kind: 'key'; readonly namespace: string; readonly name: string; readonly key: string }

/** What the channels of mailboxes begin with. */
export const mailboxPrefix = 'tasker:'

/** The channel of the kernel that has this worker id, whether or not it works. */
export function mailboxOf(workerId: string): string {
  return `${mailboxPrefix}${workerId}`
}
