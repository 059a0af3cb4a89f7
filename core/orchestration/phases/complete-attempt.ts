import type { HeldEvent } from '../held-event.js'
import type { Run } from '../run.js'
import type { TaskDraft } from '../task-draft.js'
import { chooseBranches } from './choose-branches.js'
import { publishBatchEnd } from './fail-attempt.js'
import { publishSearch } from './publish-search.js'

/** An attempt that ended well. Durations are in milliseconds. */
export interface AttemptSuccess {
  readonly results: unknown
  readonly resultBytes: number
  readonly published: readonly HeldEvent[]
  readonly durationMs: number
  readonly waitMs: number
}

/** Ends an attempt in `complete`, and applies it to the graph. */
export function completeAttempt(draft: TaskDraft, run: Run, name: string, success: AttemptSuccess): void {
  const { owned } = draft
  const { results, resultBytes, durationMs, waitMs } = success
  const startedAt = performance.now()
  owned.results.set(name, results)
  const settlement = draft.stepEvent('step.completed', name, { results, durationMs })
  const searchUs = (performance.now() - startedAt) * 1000
  const step = draft.step(name)
  for (const event of success.published) draft.customEvent(event.name, event.payload, step.id)
  draft.continueFromHere()
  chooseBranches(draft, name, results)
  const about = draft.aboutStep(step)
  draft.publishAfterFor(step, 'observability.step.handle', ({ durationMs: commitMs }) => ({
    ...about,
    durationMs,
    waitMs,
    commitMs,
    resultBytes,
    outcome: 'complete',
  }))
  const remainingSteps = owned.unsettledCount
  const newlyReady = [...settlement.ready]
  draft.publishAfterFor(step, 'workflow.step_completed', () => ({ ...about, remainingSteps, newlyReady }))
  publishBatchEnd(draft, run, name, true)
  publishSearch(draft, searchUs, settlement.examined, newlyReady)
}
