import { readFile } from 'node:fs/promises'
import { parse } from 'csv-parse/sync'
import { RetryableError } from 'tasker'
import { vegaDataFile } from '../../workspace.js'
import type { Airport } from './flight-records.js'

/**
 * A stand-in for a registry on the network that is busy at first: the first attempt of every task fails, the second one succeeds.
 * It goes by the number of the attempt, so it does so after a restart as well.
 */
export async function fetchAirports(attempt: number, signal: AbortSignal): Promise<Airport[]> {
  if (attempt === 1) {
    // An answer that says when to come back beats the configured backoff.
    throw new RetryableError('the airport registry is busy', { code: 'REGISTRY_BUSY', retryAfterMs: 300 })
  }
  const text = await readFile(vegaDataFile('airports.csv'), { encoding: 'utf8', signal })
  return parse(text, { columns: true }) as Airport[]
}
