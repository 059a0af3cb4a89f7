import type { Contender } from './contenders.js'
import type { EngineSettings } from './engine.js'
import type { Amount, Sample } from './measure-engine.js'
import { measureEngine } from './measure-engine.js'
import { medianOfKnown, quantile } from './statistics.js'

/** One engine with what it is given. */
export interface Entry {
  readonly contender: Contender
  readonly settings: Omit<EngineSettings, 'folder'>
  readonly amount: Amount
}

/** The middle of all rounds, or why there is none. */
export type Result = { readonly contender: Contender } & (
  | { readonly figures: Figures; readonly failure?: undefined }
  | { readonly figures?: undefined; readonly failure: string }
)

export interface Figures extends Omit<Sample, 'latenciesMs'> {
  readonly p50Ms: number
  readonly p95Ms: number
}

/** Measures all entries in turn, round by round, so that whatever else the machine does slows all of them. */
export async function measureInRounds(
  entries: readonly Entry[],
  rounds: number,
  say: (what: string) => void,
): Promise<Result[]> {
  const outcomes = new Map(entries.map((entry) => [entry, { samples: [] as Sample[], failures: [] as string[] }]))
  for (let round = 1; round <= rounds; round++) {
    for (const entry of entries) {
      const { contender, settings, amount } = entry
      say(`${settings.shape.name}, round ${round} of ${rounds}: ${contender.name}`)
      const { samples, failures } = outcomes.get(entry)!
      try {
        samples.push(await measureEngine(contender, settings, amount))
      } catch (error) {
        failures.push(error instanceof Error ? error.message : String(error))
      }
    }
  }
  return entries.map((entry) => {
    const { samples, failures } = outcomes.get(entry)!
    const { contender } = entry
    return samples.length === 0 ? { contender, failure: failures[0]! } : { contender, figures: figuresOf(samples) }
  })
}

function figuresOf(samples: readonly Sample[]): Figures {
  const middle = (pick: (sample: Sample) => number) => quantile(samples.map(pick))
  const known = (pick: (sample: Sample) => number | undefined) => medianOfKnown(samples.map(pick))
  const latencies = samples.flatMap((sample) => sample.latenciesMs)
  return {
    stepsPerSecond: middle((sample) => sample.stepsPerSecond),
    cpuMs: middle((sample) => sample.cpuMs),
    serverCpuMs: known((sample) => sample.serverCpuMs),
    peakRssMb: middle((sample) => sample.peakRssMb),
    // Others on the server, and pages that are logged whole after a checkpoint, only ever add to it.
    walBytesPerStep: Math.min(...samples.map((sample) => sample.walBytesPerStep)),
    rowsPerStep: known((sample) => sample.rowsPerStep),
    storedBytesPerStep: known((sample) => sample.storedBytesPerStep),
    p50Ms: quantile(latencies),
    p95Ms: quantile(latencies, 0.95),
  }
}
