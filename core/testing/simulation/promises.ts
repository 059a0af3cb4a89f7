import type { TaskerEvent } from '../../events/envelope.js'
import { maxOwnerLosses } from '../../orchestration/last-chances.js'
import type { StepView, TaskView } from '../../workflow/task-record.js'
import type { BegunAttempt } from '../attempt-faults.js'

/** Attempts that end so do not count as failed. */
const lostCodes: readonly unknown[] = ['OWNER_LOST', 'DRAINED']
/** Of a parent, after which its dependents do not run. */
const cancelled = 'cancelled'

/**
 * What the log of a task says against the promises of the engine: a step ran before what it depends on, after it was done, twice at
 * once, or too often. Lines for people; none if all is well.
 */
export function brokenInLog(tasks: readonly TaskView[], log: readonly TaskerEvent<string>[]): readonly string[] {
  const stories = new Map(
    tasks.map(({ id, steps }) => [id, new Map(steps.map((step) => [step.name, new StepStory(step)]))]),
  )
  const broken: string[] = []
  for (const event of log) {
    const { stepName } = event.payload as { readonly stepName?: string }
    const steps = stories.get(event.taskId ?? '')
    if (steps !== undefined && stepName !== undefined) broken.push(...steps.get(stepName)!.hear(event, steps))
  }
  return broken
}

/**
 * What the calls of handlers say against them: an attempt was called twice. What begins a child or a list may be: nobody knows, after a loss,
 * how far it came, and it begins nothing twice.
 */
export function brokenInCalls(tasks: readonly TaskView[], calls: readonly BegunAttempt[]): readonly string[] {
  const seen = new Set<string>()
  return calls.flatMap(({ taskId, stepName, attempt }) => {
    const key = `${taskId} ${stepName} ${attempt}`
    const isNew = !seen.has(key)
    seen.add(key)
    const steps = tasks.find(({ id }) => id === taskId)?.steps ?? []
    const beginsOthers = steps.some(
      ({ name, childTaskId, element }) => (name === stepName && childTaskId !== null) || element?.of === stepName,
    )
    return isNew || beginsOthers ? [] : [`attempt ${attempt} of step ${stepName} was called twice`]
  })
}

/** What the rows of a task that has ended say against them. */
export function brokenInRows({ state, parked, error, steps }: TaskView): readonly string[] {
  const broken: string[] = []
  const isIn = (wanted: string) => steps.filter((step) => step.state === wanted).map(({ name }) => name)
  const report = (names: readonly string[], what: string) => {
    if (names.length > 0) broken.push(`${what}: ${names.join(', ')}`)
  }
  if (state === 'pending' || state === 'in_progress') {
    if (parked === null) broken.push(`it is ${state}, and no reason is stored why nothing happens`)
    return broken
  }
  if (state !== 'resolved_manually') report(isIn('in_progress'), 'the task has ended, and steps are in progress')
  if (state === 'complete')
    report([...isIn('pending'), ...isIn('error'), ...isIn(cancelled)], 'it is complete, and steps are not done')
  if (state === 'error' && isIn('error').length + isIn(cancelled).length === 0)
    broken.push(`it is in error without a step that is (${error?.code ?? 'no code'})`)
  return broken
}

/** What happened to one step so far, as its events tell. */
class StepStory {
  readonly #step: StepView
  /** What settled it: what `resolved_manually` says besides, or its state. */
  #settled: string | undefined
  #isRunning = false
  #attempts = 0
  /** Attempts that ended with their worker, by its loss or its drain. */
  #lost = 0
  #ownerLosses = 0

  constructor(step: StepView) {
    this.#step = step
  }

  get settled(): string | undefined {
    return this.#settled
  }

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
    const { name, dependsOn } = this.#step
    const broken: string[] = []
    if (this.#settled !== undefined) broken.push(`step ${name} ran again after it was ${this.#settled}`)
    if (this.#isRunning) broken.push(`step ${name} ran twice at once`)
    const parents = dependsOn.map((parent) => [parent, steps.get(parent)?.settled] as const)
    const early = parents.filter(([, settled]) => settled === undefined || settled === cancelled)
    if (early.length > 0) broken.push(`step ${name} ran before ${early.map(([parent]) => parent).join(', ')} was done`)
    this.#attempts += 1
    this.#isRunning = true
    if (attempt !== this.#attempts) broken.push(`attempt ${this.#attempts} of step ${name} counts as ${attempt}`)
    if (attempt - this.#lost > retryLimit)
      broken.push(
        `step ${name} began attempt ${attempt}, ${this.#lost} of them lost with their workers, of ${retryLimit}`,
      )
    if (this.#ownerLosses >= maxOwnerLosses)
      broken.push(`step ${name} began again after it had lost its worker ${this.#ownerLosses} times`)
    return broken
  }
}
