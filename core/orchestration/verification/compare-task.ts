import { isDeepStrictEqual } from 'node:util'
import type { AuditedTask } from '../../contracts/audit.js'
import type { StepRecord, TaskRecord } from '../../contracts/task-record.js'
import type { DifferenceDraft, TaskRebuild } from './task-rebuild.js'

/** What the log does not say: who owns a task, and how many entries it has, which is compared apart. */
const unfolded: ReadonlySet<string> = new Set<keyof TaskRecord>(['ownerId', 'epoch', 'logEntry'])

/**
 * Compares the rows of a task with what its log makes of it.
 *
 * Where entries are missing or doubled, the fields say nothing new and are left out; that results are not there is said also then.
 */
export function compareTask(audited: AuditedTask, rebuild: TaskRebuild): readonly DifferenceDraft[] {
  const { task, lastLogged, loggedCount } = audited
  if (loggedCount === 0) return [{ kind: 'log_missing', field: 'logEntry', row: task.logEntry, log: 0 }]
  const drafts: DifferenceDraft[] = [...rebuild.problems]
  if (lastLogged !== null && lastLogged > task.logEntry) {
    drafts.push({ kind: 'entry_unexpected', field: 'logEntry', row: task.logEntry, log: lastLogged, entry: lastLogged })
  } else if (loggedCount > task.logEntry && !rebuild.problems.some(({ kind }) => kind === 'entry_doubled')) {
    drafts.push({ kind: 'entry_unexpected', field: 'logEntry', row: task.logEntry, log: loggedCount })
  }
  if (rebuild.isSound) drafts.push(...compareFields(audited, rebuild))
  drafts.push(...missingResults(audited, rebuild))
  return drafts
}

function* compareFields({ task, steps }: AuditedTask, { state }: TaskRebuild): Generator<DifferenceDraft> {
  if (state.task) yield* unequalFields(task, state.task, {})
  else yield { kind: 'log_missing', field: 'state', row: task.state }
  const rows = new Map(steps.map((step) => [step.name, step]))
  for (const [name, logged] of state.steps) {
    const row = rows.get(name)
    if (row) yield* unequalFields(row, logged, { step: name })
    else yield { kind: 'step_missing', step: name, log: logged.state }
  }
  for (const { name, state: row } of steps) {
    if (!state.steps.has(name)) yield { kind: 'step_unlogged', step: name, row }
  }
}

function* unequalFields<T extends TaskRecord | StepRecord>(
  row: T,
  log: T,
  about: Pick<DifferenceDraft, 'step'>,
): Generator<DifferenceDraft> {
  for (const field of Object.keys(log) as (keyof T & string)[]) {
    if (unfolded.has(field)) continue
    const [stored, folded] = [row[field] ?? null, log[field] ?? null]
    if (!isDeepStrictEqual(stored, folded) && !isMarkOfSweeper(row, field))
      yield { kind: 'field', ...about, field, row: stored, log: folded }
  }
}

/** A task that was running and has lost its owner is made due by the sweeper, as owners are set: without a word in the log. */
function isMarkOfSweeper(row: TaskRecord | StepRecord, field: string): boolean {
  return field === 'dueAt' && 'stepCount' in row && row.state === 'in_progress'
}

function* missingResults({ steps }: AuditedTask, rebuild: TaskRebuild): Generator<DifferenceDraft> {
  for (const { name, resultEntry, resultIndex } of steps) {
    if (resultEntry === null || rebuild.hasResults(resultEntry, resultIndex ?? -1)) continue
    yield {
      kind: 'result_missing',
      step: name,
      field: 'results',
      row: { entry: resultEntry, index: resultIndex },
      entry: resultEntry,
    }
  }
}
