import data from './data.json' with { type: 'json' }

export interface Call {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  /** Idempotency-Key, by which a call that comes again is known. */
  readonly key: string | undefined
  readonly body: unknown
}

export interface Answer {
  readonly status: number
  readonly body: unknown
}

type Row = Readonly<Record<string, unknown>> & { readonly id: number }

const routes: readonly (readonly [method: string, path: RegExp, answer: (call: Call, id: number) => Answer])[] = [
  ['GET', /^\/(carts|products|users)\/(\d+)$/, (call, id) => one(call.path.split('/')[1] as Table, id)],
  [
    'GET',
    /^\/(carts|products|users)$/,
    ({ path, query }) => page(path.slice(1) as Table, data[path.slice(1) as Table], query),
  ],
  ['GET', /^\/users\/search$/, ({ query }) => page('users', data.users.filter(fits(query.get('q') ?? '')), query)],
  ['POST', /^\/users\/add$/, (call) => added(call, data.users.length)],
  ['POST', /^\/orders\/add$/, (call) => added(call, 0)],
]

type Table = 'carts' | 'products' | 'users'

/** What the API answers to a call. */
export function answerTo(call: Call): Answer {
  for (const [method, path, answer] of routes) {
    const match = method === call.method ? path.exec(call.path) : null
    if (match !== null) return answer(call, Number(match[2]))
  }
  return { status: 404, body: { message: `there is no ${call.method} ${call.path}` } }
}

function one(table: Table, id: number): Answer {
  const row = (data[table] as readonly Row[]).find((each) => each.id === id)
  if (row !== undefined) return { status: 200, body: row }
  return { status: 404, body: { message: `there is no ${table.slice(0, -1)} ${id}` } }
}

/** `limit` (0 for all, else 30), `skip`, and `select`, which leaves `id` and the fields that it names. */
function page(table: Table, rows: readonly Row[], query: URLSearchParams): Answer {
  const limit = Number(query.get('limit') ?? 30)
  const skip = Number(query.get('skip') ?? 0)
  const fields = query.get('select')?.split(',')
  const shown = rows.slice(skip, limit === 0 ? undefined : skip + limit)
  const selected = fields === undefined ? shown : shown.map((row) => pick(row, ['id', ...fields]))
  return { status: 200, body: { [table]: selected, total: rows.length, skip, limit: shown.length } }
}

function pick(row: Row, fields: readonly string[]): object {
  return Object.fromEntries(Object.entries(row).filter(([field]) => fields.includes(field)))
}

function fits(text: string): (row: Row) => boolean {
  const sought = text.toLowerCase()
  return (row) => Object.values(row).some((value) => typeof value === 'string' && value.toLowerCase().includes(sought))
}

/** Ids by path and idempotency key: the same call again gives the same thing, not another one. */
const known = new Map<string, Map<string, number>>()

function added({ path, key, body }: Call, before: number): Answer {
  const ids = known.get(path) ?? new Map<string, number>()
  known.set(path, ids)
  const id = ids.get(key ?? '') ?? before + ids.size + 1
  ids.set(key ?? `without a key ${id}`, id)
  return { status: 201, body: { ...(body as object), id } }
}
