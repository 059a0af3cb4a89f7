import { ElementsFailedError } from '../../errors/task-errors.js'
import type { StepRecord } from '../../workflow/task-record.js'
import { stepIdOf } from '../creation-events.js'
import { toErrorRecord } from '../error-record.js'
import type { Run } from '../run.js'
import type { TaskDraft } from '../task-draft.js'
import { completeAttempt } from './complete-attempt.js'
import { elapsedMs } from './elapsed-time.js'
import { failAttempt } from './fail-attempt.js'
import { publishSearch } from './publish-search.js'

/** Makes a step of each element of the list that an `.each` step has computed. An empty list is done at once. */
export function fanOut(draft: TaskDraft, run: Run, name: string, items: readonly unknown[]): void {
  const { owned } = draft
  const step = draft.step(name)
  const created = items.map((item, index) => {
    const elementName = `${name}[${index}]`
    const stepId = stepIdOf(owned.id, owned.stepCount)
    draft.newStep(elementName, stepId, {
      attempt: 0,
      retryLimit: elementRetryLimit(draft, step),
      dependsOn: [...step.dependsOn],
      retryable: step.retryable,
      skippable: step.skippable,
      dependentSystem: step.dependentSystem,
      timeoutMs: step.timeoutMs,
      idempotencyKey: stepId,
      element: { of: name, index, item },
    })
    return elementName
  })
  if (created.length === 0) completeFanOut(draft, run, step, [])
  else {
    owned.delegate(name)
    publishSearch(draft, 0, created.length, created)
  }
}

/** Brings `.each` steps back into progress that were set back after their elements had failed: the list stays as it is. */
export function resumeFanOuts(draft: TaskDraft, run: Run): void {
  const { owned } = draft
  if (owned.fanOuts.size === 0) return
  for (const name of owned.fanOuts.keys()) {
    if (!owned.ready.has(name)) continue
    const { attempts } = draft.step(name)
    const { workerId, epoch } = run
    draft.stepEvent('step.execution_requested', name, { attempt: attempts + 1, workerId, epoch })
    owned.delegate(name)
  }
}

/** Ends the `.each` steps all of whose elements have ended: with their results in order, or in error if any of them has failed. */
export function settleFanOuts(draft: TaskDraft, run: Run): void {
  const { owned } = draft
  if (owned.fanOuts.size === 0) return
  for (const [name, { open, failed, elements }] of owned.fanOuts) {
    if (open.size > 0 || !owned.delegated.has(name)) continue
    const step = draft.step(name)
    if (failed.size > 0) failFanOut(draft, run, step, [...failed])
    else completeFanOut(draft, run, step, elements)
  }
}

/** Attempts of an element: those of the definition, also after a person has allowed the list itself more of them. */
function elementRetryLimit(draft: TaskDraft, { name, retryable, retryLimit }: StepRecord): number {
  return retryable ? (draft.owned.stepDefinition(name)?.retry.limit ?? retryLimit) : 1
}

function completeFanOut(draft: TaskDraft, run: Run, step: StepRecord, elements: readonly string[]): void {
  // What was skipped, or resolved without results, leaves its place empty.
  const results = elements.map((element) => draft.owned.results.get(element) ?? null)
  const durationMs = elapsedMs(draft, step)
  completeAttempt(draft, run, step.name, { results, resultBytes: 0, published: [], durationMs, waitMs: 0 })
}

function failFanOut(draft: TaskDraft, run: Run, step: StepRecord, failed: readonly string[]): void {
  const first = draft.step(failed[0]!)
  const error = toErrorRecord(new ElementsFailedError(step.name, failed, first.error?.message ?? ''))
  const durationMs = elapsedMs(draft, step)
  const described = { ...error, retryable: false }
  failAttempt(draft, run, step.name, { error: described, durationMs, waitMs: 0, outcome: 'error' })
}
