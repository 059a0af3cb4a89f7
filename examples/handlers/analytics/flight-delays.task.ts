import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { defineTask, PermanentError } from 'tasker'
import { Type } from 'typebox'
import { outputFile, readJson, vegaDataFile, workFolder, writeWhole } from '../../workspace.js'
import { fetchAirports } from './airport-registry.js'
import { delayReport } from './delay-report.js'
import { type Airport, type Departure, type FlightRecord, measureDelays, problemOf } from './flight-records.js'

/** Records between two looks at the signal, so that a cancelled step ends soon and the event loop stays free. */
const CHUNK = 4000
const RANKED = 10

/**
 * Which airports, and which hours of the day, make passengers wait. Each step says what it depends on; whatever depends on nothing
 * unfinished runs at once. Results of steps are kept in the log, so they are small: records go into files.
 */
export const flightDelays = defineTask({
  name: 'flight_delays',
  version: '1.0.0',
  description: 'Finds the airports and hours with the longest delays, and writes a report.',
  context: Type.Object({
    dataset: Type.String({ default: 'flights-20k.json', pattern: '^flights-[0-9]+k\\.json$' }),
    minDepartures: Type.Integer({ default: 100, minimum: 1 }),
  }),
})
  .step('extract_flights', { dependentSystem: 'vega_datasets' }, async ({ context, taskId, signal }) => {
    const flights = await readJson<FlightRecord[]>(vegaDataFile(context.dataset), signal)
    await writeWhole(join(workFolder(taskId), 'flights.json'), JSON.stringify(flights))
    const days = flights.map(({ date }) => date.slice(0, 10)).sort()
    return { records: flights.length, from: days[0] ?? '', to: days.at(-1) ?? '' }
  })
  // Runs beside extract_flights. Its upstream fails once, and is asked again.
  .step('extract_airports', { dependentSystem: 'airport_registry' }, async ({ taskId, attempt, signal }) => {
    const airports = await fetchAirports(attempt, signal)
    await writeWhole(join(workFolder(taskId), 'airports.json'), JSON.stringify(airports))
    return { records: airports.length }
  })
  .step('validate', { dependsOn: ['extract_flights', 'extract_airports'] }, async ({ taskId, signal }) => {
    const { flights, airports } = await readExtracts(taskId, signal)
    const known = new Set(airports.map(({ iata }) => iata))
    const valid = flights.filter((flight) => problemOf(flight, known) === undefined)
    const rejected = flights.length - valid.length
    if (rejected > flights.length / 100) {
      // No attempt will make these data better: a person has to look.
      throw new PermanentError(`${rejected} of ${flights.length} flights are invalid`, { code: 'BAD_DATA' })
    }
    await writeWhole(join(workFolder(taskId), 'valid-flights.json'), JSON.stringify(valid))
    return { checked: flights.length, rejected }
  })
  .step('join', { dependsOn: ['validate'] }, async ({ taskId, signal, progress }) => {
    const flights = await readJson<FlightRecord[]>(join(workFolder(taskId), 'valid-flights.json'), signal)
    const airports = await readJson<Airport[]>(join(workFolder(taskId), 'airports.json'), signal)
    const byCode = new Map(airports.map((airport) => [airport.iata, airport]))
    const departures: Departure[] = []
    for (let start = 0; start < flights.length; start += CHUNK) {
      departures.push(...flights.slice(start, start + CHUNK).map((flight) => toDeparture(flight, byCode)))
      progress(departures.length / flights.length, `${departures.length} flights`)
      await setImmediate(undefined, { signal })
    }
    await writeWhole(departuresFile(taskId), JSON.stringify(departures))
    return { departures: departures.length }
  })
  // These two run at once.
  .step('aggregate_by_airport', { dependsOn: ['join'] }, async ({ context, taskId, signal }) => {
    const departures = await readJson<Departure[]>(departuresFile(taskId), signal)
    const groups = measureDelays(departures, ({ airport, city, state }) => `${airport} ${city}, ${state}`)
    return groups.filter((group) => group.departures >= context.minDepartures)
  })
  .step('aggregate_by_hour', { dependsOn: ['join'] }, async ({ taskId, signal }) => {
    const departures = await readJson<Departure[]>(departuresFile(taskId), signal)
    const groups = measureDelays(departures, ({ hour }) => `${String(hour).padStart(2, '0')}:00`)
    return groups.sort((a, b) => a.key.localeCompare(b.key))
  })
  .step('rank', { dependsOn: ['aggregate_by_airport'] }, async ({ results }) => {
    const ranked = results.aggregate_by_airport.toSorted((a, b) => b.meanMinutes - a.meanMinutes)
    return { worst: ranked.slice(0, RANKED), best: ranked.slice(-RANKED).reverse() }
  })
  .step(
    'write_report',
    { dependsOn: ['extract_flights', 'validate', 'rank', 'aggregate_by_hour'] },
    async ({ context, results }) => {
      const file = await outputFile('flight-delays.md')
      const { extract_flights: extract, validate, rank, aggregate_by_hour: hours } = results
      const findings = { ...extract, ...validate, worstAirports: rank.worst, bestAirports: rank.best, hours }
      await writeWhole(file, delayReport({ ...findings, minDepartures: context.minDepartures }))
      return { file }
    },
  )
  // Nobody waits for a tidy folder: if this fails for good it is skipped, and the task is complete all the same.
  .step('clean_up', { dependsOn: ['write_report'], skippable: true, onFailure: 'skip' }, async ({ taskId }) => {
    await rm(workFolder(taskId), { recursive: true, force: true })
  })

async function readExtracts(taskId: string, signal: AbortSignal) {
  const [flights, airports] = await Promise.all([
    readJson<FlightRecord[]>(join(workFolder(taskId), 'flights.json'), signal),
    readJson<Airport[]>(join(workFolder(taskId), 'airports.json'), signal),
  ])
  return { flights, airports }
}

function departuresFile(taskId: string): string {
  return join(workFolder(taskId), 'departures.json')
}

function toDeparture({ origin, date, delay }: FlightRecord, airports: ReadonlyMap<string, Airport>): Departure {
  const { city = '', state = '' } = airports.get(origin) ?? {}
  return { airport: origin, city, state, hour: Number(date.slice(11, 13)), delay }
}
