import type { DefinedTask } from '../../contracts/task-definition.js'
import type { ContextOf } from '../../contracts/tasks-api.js'
import { InvalidSimulationError, SimulationFailedError } from '../../errors/testing-errors.js'
import { maxOwnerLosses } from '../../orchestration/last-chances.js'
import type { TestRunOptions } from '../test-run.js'
import type { TestTaskerConfig } from '../test-tasker-config.js'
import type { Place } from './fault-runner.js'
import { type FaultKind, faultKinds, faultText, meaningOf } from './faults-to-try.js'
import { parseRepetition, type Repetition, repeatCommand, simulateVariable } from './repetition.js'
import { type Outcome, type SimulatedRun, simulateOnce, type Trial, type TrialSettings } from './simulate-once.js'
import { type Failed, type SimulationReport, Tally } from './simulation-report.js'
import { drawnFaults, shrink, singleFaults, spread } from './trials.js'

/** How a task is simulated. */
export interface SimulateOptions<T extends DefinedTask> {
  readonly context?: ContextOf<T>
  /** What else is said of the task when it is created. */
  readonly request?: Omit<TestRunOptions, 'giveUpAfterMs' | 'identity'>
  /**
   * How many, from 1, or which. With the first one each fault is tried alone at each place; every further one adds a run for each place,
   * in which a fault falls there and others, drawn by the seed, elsewhere. Default 1.
   */
  readonly seeds?: number | readonly number[]
  /** Which faults are tried. Default all. */
  readonly faults?: readonly FaultKind[]
  /** Configuration of the test kernels: other handlers, subscribers, plugins, a database. */
  readonly config?: Omit<TestTaskerConfig, 'clock' | 'seed'>
  /** Called before each run: sets back what handlers change outside of Tasker. */
  readonly before?: () => unknown
  /** Called after each run with what came of it, for invariants of your own: whatever it throws makes the run fail. */
  readonly check?: (run: SimulatedRun<T>) => unknown
  /** Most runs for each seed, spread evenly over all. Default: all. */
  readonly maxRuns?: number
  /** How long each run may take, in milliseconds of real time. Default 10 000. */
  readonly giveUpAfterMs?: number
  /** What repeats this test, for the line that repeats a run. Default `npm test`. */
  readonly command?: string
}

const defaultGiveUpAfterMs = 10_000
/** After so many runs that fail the others are left out: they would mostly fail alike. */
const mostFailures = 5

/**
 * Runs a task again and again, each time on a new test kernel and under the virtual clock, and breaks something: at each durable event,
 * at each commit, at each attempt of a step, whatever can break there. Of each run it checks what Tasker promises:
 *
 * - the task ends, or is parked with a reason;
 * - no step ran before what it depends on, after it was done, twice at once, or more often than its limit allows;
 * - `verify()` finds no difference between log and rows, and nothing that is stuck;
 * - a detour (the loss of a worker, of a connection, of an answer) leads to the end that it would have had, where all steps are retryable;
 *
 * and what `check` says. The same options give the same runs.
 *
 * @throws SimulationFailedError with a report: the smallest run that fails, what happened there, and a line that repeats it
 * @throws InvalidSimulationError
 * @example
 * await simulate(processOrder, {
 *   context: { orderId: 1 },
 *   seeds: 3,
 *   before: () => gateway.clear(),
 *   check: (run) => assert(gateway.charges(run.id) <= 1),
 * })
 */
export async function simulate<T extends DefinedTask>(
  task: T,
  options: SimulateOptions<T> = {},
): Promise<SimulationReport> {
  const wanted = process.env[simulateVariable]
  return new Simulator(task, options).run(wanted ? parseRepetition(wanted) : undefined)
}

/** Tries one thing after the other, and keeps what fails. */
class Simulator<T extends DefinedTask> {
  readonly #options: SimulateOptions<T>
  readonly #settings: TrialSettings<T>
  /** `namespace.name` */
  readonly #name: string
  readonly #tally: Tally
  readonly #seeds: readonly number[]
  readonly #failed: Failed[] = []
  /** All that any run has come by so far. */
  readonly #places = new Map<string, Place>()
  /** What the task comes to without any fault. */
  #usual: Outcome | undefined

  constructor(task: T, options: SimulateOptions<T>) {
    const { namespace, name, version } = task.definition
    this.#options = options
    this.#settings = settingsOf(task, options)
    this.#name = `${namespace}.${name}`
    this.#seeds = seedsOf(options.seeds)
    this.#tally = new Tally(`${this.#name}@${version}`)
  }

  async run(repetition: Repetition | undefined): Promise<SimulationReport> {
    if (repetition === undefined) await this.#tryAll()
    // Who asks for a run of another task asks for none of this one.
    else if (repetition.task === this.#name) await this.#repeat(repetition.trial)
    if (this.#failed.length === 0) return this.#tally.report([])
    const smallest = await this.#smallest()
    const command = repeatCommand({ task: this.#name, trial: smallest.trial }, this.#options.command ?? 'npm test')
    const report = this.#tally.report(this.#failed, { failed: smallest, command })
    const details = { command, failures: report.failures }
    throw new SimulationFailedError(report.task, report.text, details, smallest.outcome.thrown)
  }

  /** What fails for a seed leaves out those after it: it would fail for them alike. */
  async #tryAll(): Promise<void> {
    const { faults = faultKinds, maxRuns = Number.POSITIVE_INFINITY } = this.#options
    for (const [index, seed] of this.#seeds.entries()) {
      const { places } = await this.#begin(seed)
      const known = [...this.#places.values()]
      const trials = index === 0 ? singleFaults(seed, places, faults) : drawnFaults(seed, places, known, faults)
      for (const trial of spread(trials, maxRuns)) {
        if (this.#failed.length < mostFailures && !this.#failsAlways) await this.#try(trial)
      }
      if (this.#failed.length > 0) return
    }
  }

  async #repeat(trial: Trial): Promise<void> {
    await this.#begin(trial.seed)
    if (trial.faults.length === 0 || this.#failsAlways) return
    const { broken, fallen, places } = await this.#try(trial)
    const fallenTexts = fallen.map(faultText)
    const missed = trial.faults.filter((fault) => !fallenTexts.includes(faultText(fault)))
    if (broken.length > 0 || missed.length === 0) return
    throw new InvalidSimulationError('What is to be repeated did not happen: the run does not come by that place', {
      expected: `a place among ${[...new Set(places.map(placeText))].join(', ')}`,
      received: missed.map(faultText).join(' and '),
    })
  }

  /** Without any fault. */
  async #begin(seed: number): Promise<Outcome> {
    this.#usual = undefined
    this.#usual = await this.#try({ seed, faults: [] })
    this.#tally.addPlaces(this.#usual.places)
    return this.#usual
  }

  get #failsAlways(): boolean {
    return this.#failed.some(({ trial }) => trial.faults.length === 0)
  }

  async #try(trial: Trial): Promise<Outcome> {
    const tried = await this.#attempt(trial)
    this.#tally.add(trial, tried.outcome)
    for (const place of tried.outcome.places) this.#places.set(Object.values(place).join(' '), place)
    if (tried.outcome.broken.length > 0) this.#failed.push(tried)
    return tried.outcome
  }

  async #attempt(trial: Trial): Promise<Failed> {
    const outcome = await simulateOnce(this.#settings, trial)
    const lost = this.#usual === undefined ? [] : brokenByDetour(trial, outcome, this.#usual)
    return { trial, outcome: { ...outcome, broken: [...outcome.broken, ...lost] } }
  }

  async #smallest(): Promise<Failed> {
    const [fewest] = this.#failed.toSorted((one, other) => one.trial.faults.length - other.trial.faults.length)
    const fails = async (trial: Trial) => (await this.#attempt(trial)).outcome.broken.length > 0
    const smallest = await shrink(fewest!.trial, fails)
    return smallest === fewest!.trial ? fewest! : this.#attempt(smallest)
  }
}

function settingsOf<T extends DefinedTask>(task: T, options: SimulateOptions<T>): TrialSettings<T> {
  const { context, request = {}, config = {}, giveUpAfterMs = defaultGiveUpAfterMs } = options
  const unknown = (options.faults ?? []).filter((kind) => !faultKinds.includes(kind))
  if (unknown.length > 0) {
    throw new InvalidSimulationError('There is no such fault', {
      expected: `faults among ${faultKinds.join(', ')}`,
      received: unknown.join(', '),
    })
  }
  return {
    task,
    request: { ...request, ...(context === undefined ? {} : { context }) },
    config,
    giveUpAfterMs,
    before: options.before ?? (() => undefined),
    check: options.check ?? (() => undefined),
  }
}

function seedsOf(seeds: number | readonly number[] = 1): readonly number[] {
  const list = typeof seeds === 'number' ? Array.from({ length: seeds }, (_, index) => index + 1) : seeds
  if (list.length > 0 && list.every((seed) => Number.isSafeInteger(seed) && seed >= 0)) return list
  throw new InvalidSimulationError('The seeds of a simulation cannot be used', {
    expected: 'how many, at least 1, or a list of whole numbers from 0',
    received: Array.isArray(seeds) ? seeds.join(', ') : seeds,
  })
}

/** As a fault names it: `step.completed#2` */
function placeText({ place, occurrence }: Place): string {
  return `${place}#${occurrence}`
}

/** Where nothing but detours lie between a task and its end, it is the end that it has without them. */
function brokenByDetour({ faults }: Trial, { task }: Outcome, usual: Outcome): readonly string[] {
  const meanings = faults.map(({ kind }) => meaningOf(kind))
  const losses = meanings.filter(({ losesWorker }) => losesWorker).length
  const isDetour = meanings.every(({ nature }) => nature === 'detour') && losses < maxOwnerLosses
  const hasEnoughTime = usual.task?.timeoutMs === null
  if (task === undefined || usual.task?.state !== 'complete' || !isDetour || !hasEnoughTime) return []
  if (task.state === 'complete' || task.steps.some(({ retryable }) => !retryable)) return []
  return [`it ended as ${task.state}, and without these faults, after which nothing is lost, as complete`]
}
