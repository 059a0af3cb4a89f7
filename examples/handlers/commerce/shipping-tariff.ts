import { PermanentError } from 'tasker'
import { readJson, vegaDataFile } from '../../workspace.js'

interface Capital {
  readonly lat: number
  readonly lon: number
  readonly state: string
  readonly city: string
}

const WAREHOUSE = 'Indiana'
const EARTH_RADIUS_KM = 6371
const BASE_CENTS = 299
const CENTS_PER_KM = 0.2

/**
 * What it costs to ship from the warehouse to the capital of a state.
 *
 * @throws PermanentError where there is no such state
 */
export async function findTariff(state: string, signal: AbortSignal) {
  const capitals = await readJson<Capital[]>(vegaDataFile('us-state-capitals.json'), signal)
  const distanceKm = Math.round(distanceBetween(capitalOf(capitals, WAREHOUSE), capitalOf(capitals, state)))
  return {
    city: capitalOf(capitals, state).city,
    distanceKm,
    cents: Math.round(BASE_CENTS + distanceKm * CENTS_PER_KM),
  }
}

function capitalOf(capitals: readonly Capital[], state: string): Capital {
  const capital = capitals.find((candidate) => candidate.state === state)
  if (capital === undefined) throw new PermanentError(`there is no state "${state}"`, { code: 'UNKNOWN_STATE' })
  return capital
}

/** By the haversine formula, in kilometres. */
function distanceBetween(a: Capital, b: Capital): number {
  const radians = (degrees: number) => (degrees * Math.PI) / 180
  const latitude = Math.sin(radians(b.lat - a.lat) / 2) ** 2
  const longitude = Math.sin(radians(b.lon - a.lon) / 2) ** 2
  const chord = latitude + Math.cos(radians(a.lat)) * Math.cos(radians(b.lat)) * longitude
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.sqrt(chord))
}
