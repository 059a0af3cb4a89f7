import type { DifferenceDraft } from './task-rebuild.js'

const shownLength = 200

/** A difference for people, on one line: whose it is, what the row says, what the log says. */
export function differenceText(taskId: string, draft: DifferenceDraft): string {
  const { kind, step, field, entry, row, log } = draft
  const whose = step === undefined ? `task ${taskId}` : `step ${step} of task ${taskId}`
  switch (kind) {
    case 'field':
      return `${whose}: ${field} is ${shown(row)} in its row and ${shown(log)} by the log`
    case 'task_missing':
      return `${whose} has entries in the log and no row`
    case 'step_missing':
      return `${whose} has no row; by the log it is ${shown(log)}`
    case 'log_missing':
      return `${whose} has a row, and the log does not say how it came into being`
    case 'step_unlogged':
      return `${whose} has a row, state ${shown(row)}, and the log does not know it`
    case 'entry_missing':
      return `${whose}: ${row === undefined ? `entry ${entry} is` : `entries ${rangeText(row)} are`} missing in the log`
    case 'entry_doubled':
      return `${whose}: the log has entry ${entry} twice, under the ids ${listText(log)}`
    case 'entry_disordered':
      return `${whose}: entry ${entry} has no greater id than the one before it: ${listText(log)}`
    case 'entry_unexpected':
      return entry === undefined
        ? `${whose}: its row counts ${shown(row)} entries, and the log has ${shown(log)}`
        : `${whose}: the log goes up to entry ${entry}, its row only to ${shown(row)}`
    case 'result_missing':
      return `${whose}: its results should stand in entry ${entry} of the log, and do not`
    case 'transition_illegal':
      return `${whose}: in entry ${entry}, ${shown(log)} happens to what is ${shown(row)}`
    case 'event_unreadable':
      return `${whose}: entry ${entry}${field === undefined ? '' : `, ${field},`} cannot be read: ${shown(log)}`
  }
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > shownLength ? `${text.slice(0, shownLength - 1)}…` : text
}

function rangeText(range: unknown): string {
  const { first, last } = range as { readonly first: number; readonly last: number }
  return `${first} to ${last}`
}

function listText(values: unknown): string {
  return (values as readonly string[]).join(', ')
}
