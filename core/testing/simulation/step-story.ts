import type { TaskerEvent } from '../../events/envelope.js'
import { maxOwnerLosses } from '../../orchestration/last-chances.js'
import type { StepView } from '../../workflow/task-record.js'

/** Attempts that end so do not count as failed. */
const lostCodes: readonly unknown[] = ['OWNER_LOST', 'DRAINED']
/** Of a parent, after which its dependents do not run. */
const cancelled = 'cancelled'

/** What happened to one step so far, as its events tell, and what is wrong with that. */
export class StepStory {
  readonly #step: StepView
  /** What settled it: what `resolved_manually` says besides, or its state. */
  #settled: string | undefined
  #isRunning = false
  #attempts = 0
  /** Attempts that ended with their worker, by its loss or its drain. */
  #lost = 0
  #ownerLosses = 0
  /** Somebody has asked for another attempt, whatever became of those before. */
  #isAskedFor = false

  constructor(step: StepView) {
    this.#step = step
  }

  get settled(): string | undefined {
    return this.#settled
  }

  /** Takes the next event of the step, and gives what it breaks. */
  hear({ name, payload }: TaskerEvent<string>, steps: ReadonlyMap<string, StepStory>): readonly string[] {
    switch (name) {
      case 'step.execution_requested':
        return this.#begin(payload as { attempt: number; retryLimit: number }, steps)
      case 'step.failed': {
        const { code } = (payload as { error: { code: unknown } }).error
        if (lostCodes.includes(code)) this.#lost += 1
        if (code === 'OWNER_LOST') this.#ownerLosses += 1
        this.#isRunning = false
        return []
      }
      case 'step.retry_requested':
        this.#isAskedFor = (payload as { actor?: unknown }).actor !== undefined
        return []
      case 'step.completed':
        return this.#settle('complete')
      case 'step.cancelled':
        return this.#settle(cancelled)
      case 'step.resolved_manually':
        return this.#settle((payload as { how: string }).how)
      default:
        return []
    }
  }

  #settle(how: string): readonly string[] {
    const before = this.#settled
    this.#settled = how
    this.#isRunning = false
    return before === undefined ? [] : [`step ${this.#step.name} was ${before}, and then ${how}`]
  }

  #begin(
    { attempt, retryLimit }: { readonly attempt: number; readonly retryLimit: number },
    steps: ReadonlyMap<string, StepStory>,
  ): readonly string[] {
    const { name } = this.#step
    const broken: string[] = []
    if (this.#settled !== undefined) broken.push(`step ${name} ran again after it was ${this.#settled}`)
    if (this.#isRunning) broken.push(`step ${name} ran twice at once`)
    broken.push(...this.#brokenByParents(steps))
    this.#attempts += 1
    this.#isRunning = true
    if (attempt !== this.#attempts) broken.push(`attempt ${this.#attempts} of step ${name} counts as ${attempt}`)
    if (attempt - this.#lost > retryLimit)
      broken.push(
        `step ${name} began attempt ${attempt}, ${this.#lost} of them lost with their workers, of ${retryLimit}`,
      )
    if (this.#ownerLosses >= maxOwnerLosses && !this.#isAskedFor)
      broken.push(`step ${name} began again after it had lost its worker ${this.#ownerLosses} times`)
    this.#isAskedFor = false
    return broken
  }

  #brokenByParents(steps: ReadonlyMap<string, StepStory>): readonly string[] {
    const { name, dependsOn } = this.#step
    const parents = dependsOn.map((parent) => [parent, steps.get(parent)?.settled] as const)
    const early = parents.filter(([, settled]) => settled === undefined || settled === cancelled)
    if (early.length > 0) return [`step ${name} ran before ${early.map(([parent]) => parent).join(', ')} was done`]
    const isUnchosen = parents.length > 0 && parents.every(([, settled]) => settled === 'unchosen')
    return isUnchosen ? [`step ${name} ran though nothing that it depends on was chosen`] : []
  }
}
