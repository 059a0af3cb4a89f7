import assert from 'node:assert/strict'
import type { TaskerEvent } from '../../../core/events/envelope.js'
import { type FoldState, foldEvent } from '../../../core/workflow/fold.js'
import type { LogEvent } from '../../../core/workflow/log-entry.js'
import { isLegal, stepTransitions, taskTransitions } from '../../../core/workflow/state-machines.js'
import type { StepRecord, TaskRecord, TaskView } from '../../../core/workflow/task-record.js'

/** A task as a rebuild from its log gives it: what is not folded (owner, epoch, log number) is missing. */
export interface RebuiltTask {
  readonly task: Omit<TaskRecord, 'ownerId' | 'epoch' | 'logEntry'>
  readonly steps: readonly object[]
  readonly entries: number
}

/** Rebuilds a task from the events of its log, and checks on the way that each transition is legal. */
export function rebuild(taskId: string, log: readonly TaskerEvent<string>[]): RebuiltTask {
  const state: FoldState = { task: undefined, steps: new Map() }
  const entries: string[] = []
  const results = new Map<string, unknown>()
  for (const event of log) {
    const [logId, index] = event.position!.split('.')
    if (entries.at(-1) !== logId) entries.push(logId!)
    const place = { entry: entries.length, index: Number(index) }
    assertLegal(state, event)
    foldEvent(state, taskId, event as LogEvent, place)
    const payload = event.payload as { readonly results?: unknown }
    if (payload.results !== undefined) results.set(`${place.entry}.${place.index}`, payload.results)
  }
  const { ownerId: _owner, epoch: _epoch, logEntry: _entry, ...task } = state.task!
  return { task, steps: [...state.steps.values()].map((step) => withResults(step, results)), entries: entries.length }
}

/** The same of what is stored. */
export function stored(view: TaskView): RebuiltTask {
  const { steps, ownerId: _owner, epoch: _epoch, logEntry: entries, ...task } = view
  return { task, steps, entries }
}

function withResults(step: StepRecord, results: ReadonlyMap<string, unknown>): object {
  const { resultEntry, resultIndex, ...rest } = step
  return { ...rest, results: results.get(`${resultEntry}.${resultIndex}`) ?? null }
}

function assertLegal({ task, steps }: FoldState, { name, payload }: TaskerEvent<string>): void {
  if (!(name in taskTransitions) && !(name in stepTransitions)) return
  const { stepName } = payload as { readonly stepName?: string }
  const from = (stepName === undefined ? task : steps.get(stepName))?.state ?? null
  assert(isLegal(name as keyof typeof taskTransitions, from), `${name} of ${stepName ?? 'the task'} in ${from}`)
}
