import { PermanentError } from 'tasker'
import { readJson, vegaDataFile } from '../../workspace.js'

interface FilmRecord {
  readonly Title: string | number | null
  readonly 'IMDB Rating': number | null
}

const BASE_CENTS = 599
/** What people like costs more. */
const CENTS_PER_POINT = 100
const USUAL_RATING = 6

/**
 * The price of a film in cents; the data have no prices, so it follows from the rating.
 *
 * @throws PermanentError where there is no film of that title
 */
export async function findPrices(titles: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, number>> {
  const films = await readJson<FilmRecord[]>(vegaDataFile('movies.json'), signal)
  const byTitle = new Map(films.map((film) => [film.Title, film]))
  return new Map(titles.map((title) => [title, priceOf(title, byTitle.get(title))]))
}

function priceOf(title: string, film: FilmRecord | undefined): number {
  // Asking again will not bring the film into the catalogue.
  if (film === undefined) throw new PermanentError(`there is no film "${title}"`, { code: 'UNKNOWN_FILM' })
  return Math.round(BASE_CENTS + (film['IMDB Rating'] ?? USUAL_RATING) * CENTS_PER_POINT)
}
