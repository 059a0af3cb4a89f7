import type { Page, PageOf } from '../contracts/store.js'
import { recordsPerPage } from './record-source.js'

/** All pages of a list, each read when it is asked for. */
export async function* keysetPages<T>(read: (page: Page) => Promise<PageOf<T>>): AsyncIterable<readonly T[]> {
  let after: string | undefined
  do {
    const page = await read({ limit: recordsPerPage, ...(after === undefined ? {} : { after }) })
    yield page.items
    after = page.next
  } while (after !== undefined)
}
