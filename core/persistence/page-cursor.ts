import type { Page, PageOf } from '../contracts/store.js'
import { PageCursorError, PageLimitError } from '../errors/persistence-errors.js'

const DEFAULT_LIMIT = 100
const HIGHEST_LIMIT = 1000

/** The size of a page, checked. */
export function limitOf(page: Page | undefined): number {
  const limit = page?.limit ?? DEFAULT_LIMIT
  if (!Number.isInteger(limit) || limit < 1 || limit > HIGHEST_LIMIT) throw new PageLimitError(limit)
  return limit
}

/** Keys of the last row of a page, as an opaque string. */
export function formatCursor(keys: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(keys)).toString('base64url')
}

/** The keys of a cursor, of these kinds: `time`, `id` and `text` are strings, `place` is a number. Undefined for the first page. */
export function parseCursor<K extends readonly KeyKind[]>(page: Page | undefined, kinds: K): KeysOf<K> | undefined {
  const after = page?.after
  if (after === undefined) return undefined
  let keys: unknown
  try {
    keys = JSON.parse(Buffer.from(after, 'base64url').toString())
  } catch {
    throw new PageCursorError(after)
  }
  const fits = Array.isArray(keys) && keys.length === kinds.length && kinds.every((kind, i) => isKey[kind](keys[i]))
  if (!fits) throw new PageCursorError(after)
  return keys as unknown as KeysOf<K>
}

/** Makes a page of rows that were read with one more than its limit, to see whether there is a next one. */
export function toPage<Row, T>(
  rows: readonly Row[],
  limit: number,
  toItem: (row: Row) => T,
  toKeys: (row: Row) => readonly (string | number)[],
): PageOf<T> {
  const items = rows.slice(0, limit).map(toItem)
  return rows.length > limit ? { items, next: formatCursor(toKeys(rows[limit - 1]!)) } : { items }
}

type KeyKind = 'time' | 'id' | 'place' | 'text'
type KeysOf<K extends readonly KeyKind[]> = { -readonly [I in keyof K]: K[I] extends 'place' ? number : string }

const isKey: Record<KeyKind, (key: unknown) => boolean> = {
  time: (key) => typeof key === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(key),
  id: (key) => typeof key === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(key),
  place: (key) => Number.isInteger(key),
  text: (key) => typeof key === 'string',
}
