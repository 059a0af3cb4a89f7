import type { TaskState } from '../../workflow/state-machines.js'
import type { Place } from './fault-runner.js'
import { faultText, type PlaceKind } from './faults-to-try.js'
import type { Outcome, Trial } from './simulate-once.js'

/** A run in which a promise of the engine, or an invariant of the test, was broken. */
export interface SimulationFailure {
  readonly seed: number
  /** As in `crash@step.completed#2`. */
  readonly faults: readonly string[]
  /** What was broken: lines. */
  readonly broken: readonly string[]
}

/** What a simulation has tried, and what came of it. */
export interface SimulationReport {
  /** As `namespace.name@version`. */
  readonly task: string
  readonly runs: number
  readonly seeds: readonly number[]
  /** Where faults fell: `event step.completed` → how many of them the task comes by. */
  readonly places: Readonly<Record<string, number>>
  /** How many runs there were with a fault of each kind; `none` are those without any. */
  readonly faults: Readonly<Record<string, number>>
  /** In how many runs the task ended in each state; `not created`: its worker was lost before, and whoever asked for it was told. */
  readonly ends: Readonly<Record<string, number>>
  readonly durationMs: number
  readonly failures: readonly SimulationFailure[]
  /** All of this for people. */
  readonly text: string
}

/** A trial that failed. */
export interface Failed {
  readonly trial: Trial
  readonly outcome: Outcome
}

/** Counts while a simulation runs. */
export class Tally {
  readonly #task: string
  readonly #seeds = new Set<number>()
  readonly #startedAt = performance.now()
  readonly #faults = new Map<string, number>()
  readonly #ends = new Map<TaskState | 'not created', number>()
  readonly #places = new Map<string, number>()
  #runs = 0

  constructor(task: string) {
    this.#task = task
  }

  add({ seed, faults }: Trial, { task }: Outcome): void {
    this.#seeds.add(seed)
    this.#runs += 1
    const kinds = faults.length === 0 ? ['none'] : new Set(faults.map(({ kind }) => kind))
    for (const kind of kinds) this.#faults.set(kind, (this.#faults.get(kind) ?? 0) + 1)
    const end = task?.state ?? 'not created'
    this.#ends.set(end, (this.#ends.get(end) ?? 0) + 1)
  }

  addPlaces(places: readonly Place[]): void {
    for (const { at, place, occurrence } of places) {
      const name = nameOf(at, place)
      this.#places.set(name, Math.max(occurrence, this.#places.get(name) ?? 0))
    }
  }

  report(
    failed: readonly Failed[],
    smallest?: { readonly failed: Failed; readonly command: string },
  ): SimulationReport {
    const facts = {
      task: this.#task,
      runs: this.#runs,
      seeds: [...this.#seeds],
      places: Object.fromEntries(this.#places),
      faults: Object.fromEntries(this.#faults),
      ends: Object.fromEntries(this.#ends),
      durationMs: Math.round(performance.now() - this.#startedAt),
      failures: failed.map(failureOf),
    }
    return { ...facts, text: [summaryOf(facts), ...(smallest ? explain(failed, smallest) : [])].join('\n') }
  }
}

function summaryOf(facts: Omit<SimulationReport, 'text'>): string {
  const { task, runs, places, faults, ends, durationMs, failures } = facts
  const verdict = failures.length === 0 ? 'all in order' : `${failures.length} failed`
  return [
    `${runs} runs of ${task} in ${(durationMs / 1_000).toFixed(1)} s, ${verdict}`,
    `  ends    ${listOf(ends)}`,
    `  faults  ${listOf(faults)}`,
    `  places  ${listOf(places)}`,
  ].join('\n')
}

function explain(
  failed: readonly Failed[],
  { failed: { trial, outcome }, command }: { readonly failed: Failed; readonly command: string },
): readonly string[] {
  const others = failed.filter((each) => each.trial !== trial).map(({ trial: other }) => `  ${trialText(other)}`)
  return [
    '',
    `The smallest run that fails: ${trialText(trial)}`,
    ...outcome.broken.map((line) => `  ${line.replace(/\n\s*/g, '\n    ')}`),
    '',
    'To see it again, and no other:',
    `  ${command}`,
    '',
    'What happened there:',
    ...outcome.story,
    ...(others.length === 0 ? [] : ['', 'These failed as well:', ...others]),
  ]
}

function failureOf({ trial: { seed, faults }, outcome }: Failed): SimulationFailure {
  return { seed, faults: faults.map(faultText), broken: outcome.broken }
}

function trialText({ seed, faults }: Trial): string {
  return `seed ${seed}, ${faults.length === 0 ? 'without any fault' : faults.map(faultText).join(' and ')}`
}

function listOf(counts: Readonly<Record<string, number>>): string {
  const entries = Object.entries(counts)
  return entries.length === 0 ? 'none' : entries.map(([name, count]) => `${name} ${count}`).join(', ')
}

function nameOf(at: PlaceKind, place: string): string {
  if (at === 'attempt') return `attempts of ${place}`
  return at === 'commit' ? 'commits' : place
}
