/** One departure as vega-datasets has it; `date` is the local time, `delay` minutes, negative when it was early. */
export interface FlightRecord {
  readonly date: string
  readonly delay: number
  readonly distance: number
  readonly origin: string
  readonly destination: string
}

export interface Airport {
  readonly iata: string
  readonly name: string
  readonly city: string
  readonly state: string
}

/** A departure with what the aggregations ask about. */
export interface Departure {
  readonly airport: string
  readonly city: string
  readonly state: string
  readonly hour: number
  readonly delay: number
}

/** How late the departures of one group were. */
export interface DelayGroup {
  readonly key: string
  readonly departures: number
  /** Mean delay in minutes. */
  readonly meanMinutes: number
  /** Share of departures that left more than 15 minutes late, from 0 to 1. */
  readonly lateShare: number
}

const LATE_MINUTES = 15

/** What is wrong with a record; undefined where nothing is. */
export function problemOf(flight: FlightRecord, knownAirports: ReadonlySet<string>): string | undefined {
  if (!/^\d{4}\/\d\d\/\d\d \d\d:\d\d$/.test(flight.date)) return 'no date'
  if (!Number.isFinite(flight.delay) || Math.abs(flight.delay) > 24 * 60) return 'no plausible delay'
  if (!knownAirports.has(flight.origin) || !knownAirports.has(flight.destination)) return 'unknown airport'
  return undefined
}

/** Groups departures and measures each group, in one pass. */
export function measureDelays(departures: Iterable<Departure>, keyOf: (departure: Departure) => string): DelayGroup[] {
  const sums = new Map<string, { departures: number; minutes: number; late: number }>()
  for (const departure of departures) {
    const key = keyOf(departure)
    const sum = sums.get(key) ?? { departures: 0, minutes: 0, late: 0 }
    sum.departures += 1
    sum.minutes += departure.delay
    if (departure.delay > LATE_MINUTES) sum.late += 1
    sums.set(key, sum)
  }
  return [...sums].map(([key, sum]) => ({
    key,
    departures: sum.departures,
    meanMinutes: round(sum.minutes / sum.departures, 1),
    lateShare: round(sum.late / sum.departures, 3),
  }))
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
