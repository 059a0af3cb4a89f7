import { SeededRandom } from '../seeded-chance.js'
import type { Place } from './fault-runner.js'
import { type FaultKind, faultText, meaningOf, type PlacedFault } from './faults-to-try.js'
import type { Trial } from './simulate-once.js'

/** Most faults of a drawn run. */
const mostDrawn = 4

/** Every fault alone at every place that it can fall at. */
export function singleFaults(seed: number, places: readonly Place[], kinds: readonly FaultKind[]): readonly Trial[] {
  return placedFaults(places, kinds).map((fault) => ({ seed, faults: [fault] }))
}

/**
 * For each place a run in which a fault falls there and one to three others elsewhere, drawn by the seed.
 *
 * @param elsewhere where the others may fall: also where only runs with faults come by, as at a second attempt
 */
export function drawnFaults(
  seed: number,
  places: readonly Place[],
  elsewhere: readonly Place[],
  kinds: readonly FaultKind[],
): readonly Trial[] {
  const random = new SeededRandom(seed)
  const pick = (faults: readonly PlacedFault[]): PlacedFault => faults[Math.floor(random.next() * faults.length)]!
  const others = placedFaults(elsewhere, kinds)
  return places.flatMap((place) => {
    const here = placedFaults([place], kinds)
    if (here.length === 0) return []
    const first = pick(here)
    const count = 1 + Math.floor(random.next() * (mostDrawn - 1))
    const drawn = [first, ...Array.from({ length: count }, () => pick(others))]
    return [{ seed, faults: [...new Map(drawn.map((fault) => [faultText(fault), fault])).values()] }]
  })
}

/** So many of them, spread evenly over all; all where there are not more. */
export function spread<T>(trials: readonly T[], most: number): readonly T[] {
  if (trials.length <= most) return trials
  return Array.from({ length: most }, (_, index) => trials[Math.floor((index * trials.length) / most)]!)
}

/** The faults that are left when as many as possible are taken away and it still fails. */
export async function shrink(trial: Trial, fails: (trial: Trial) => Promise<boolean>): Promise<Trial> {
  for (const fault of trial.faults) {
    const fewer = { ...trial, faults: trial.faults.filter((other) => other !== fault) }
    if (await fails(fewer)) return shrink(fewer, fails)
  }
  return trial
}

function placedFaults(places: readonly Place[], kinds: readonly FaultKind[]): readonly PlacedFault[] {
  return places.flatMap(({ at, place, occurrence }) =>
    kinds.filter((kind) => meaningOf(kind).at === at).map((kind) => ({ kind, place, occurrence })),
  )
}
