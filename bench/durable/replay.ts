import { randomBytes } from 'node:crypto'
import { type RecordedRow, type RecordedTask, uuid } from './record-rows.js'
import type { TableShape } from './table-shapes.js'

/** All rows of one kind that one commit of a task writes: into one table, by one operation. */
export interface ReplayPart {
  readonly table: string
  readonly op: RecordedRow['op']
  readonly columns: readonly ReplayColumn[]
}

export interface ReplayColumn {
  readonly name: string
  /** The values of all rows as elements of an SQL array, with commas between them, for the task of these ids. */
  readonly elements: (ids: readonly string[]) => string
}

/** What a task writes, to be written again for any number of others. */
export interface Replay {
  readonly commits: readonly (readonly ReplayPart[])[]
  /** As many fresh ids as a task needs. */
  readonly newIds: () => readonly string[]
}

/**
 * Makes a replay of what was recorded of one task. An id that another task has as well (that of the worker) stays; all others
 * are replaced by new ones, the same id by the same everywhere.
 */
export function makeReplay(
  task: RecordedTask,
  another: RecordedTask,
  tables: ReadonlyMap<string, TableShape>,
  leavesOut: (table: string) => boolean,
): Replay {
  const shared = new Set(JSON.stringify(another.commits).match(uuid))
  const own = [...new Set(JSON.stringify(task.commits).match(uuid))].filter((id) => !shared.has(id))
  const numbers = new Map(own.map((id, index) => [id, index]))
  const changing = changingColumns(task.commits)
  const commits = task.commits
    .map((rows) => partsOf(rows.filter((row) => !leavesOut(row.table))))
    .filter((parts) => parts.length > 0)
    .map((parts) =>
      parts.map((rows) => toPart(rows, columnsOf(rows[0]!, tables, changing), tables.get(rows[0]!.table)!, numbers)),
    )
  return { commits, newIds: () => newIds(own.length) }
}

function partsOf(rows: readonly RecordedRow[]): RecordedRow[][] {
  return [...Map.groupBy(rows, (row) => `${row.op} ${row.table}`).values()]
}

/** By table, all columns that any update changes: one statement serves every update. */
function changingColumns(commits: readonly (readonly RecordedRow[])[]): ReadonlyMap<string, ReadonlySet<string>> {
  const updates = commits.flat().filter((row) => row.op === 'UPDATE')
  const byTable = Map.groupBy(updates, (row) => row.table)
  return new Map([...byTable].map(([table, rows]) => [table, new Set(rows.flatMap((row) => row.changed))]))
}

function columnsOf(
  { table, op, row }: RecordedRow,
  tables: ReadonlyMap<string, TableShape>,
  changing: ReadonlyMap<string, ReadonlySet<string>>,
): string[] {
  const { generated, key } = tables.get(table)!
  const names = Object.keys(row)
  if (op === 'INSERT') return names.filter((name) => !generated.has(name))
  return names.filter((name) => key.includes(name) || (op === 'UPDATE' && changing.get(table)!.has(name)))
}

function toPart(
  rows: readonly RecordedRow[],
  names: readonly string[],
  { types }: TableShape,
  numbers: ReadonlyMap<string, number>,
): ReplayPart {
  const { table, op } = rows[0]!
  const columns = names.map((name) => {
    const text = rows.map(({ row }) => toElement(row[name], types.get(name)!)).join(',')
    return { name, elements: templateOf(text, numbers) }
  })
  return { table, op, columns }
}

/** A value as an element of an SQL array, for a column of that type. */
function toElement(value: unknown, type: string): string {
  if (value === null || value === undefined) return 'NULL'
  if (type.startsWith('json')) return quote(JSON.stringify(value))
  if (Array.isArray(value)) return quote(`{${value.map((item) => quote(String(item))).join(',')}}`)
  return quote(String(value))
}

function quote(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}

/** The text with other ids in it: cut into pieces once, so that filling it in costs next to nothing. */
function templateOf(text: string, numbers: ReadonlyMap<string, number>): (ids: readonly string[]) => string {
  const pieces: (string | number)[] = []
  let end = 0
  for (const match of text.matchAll(uuid)) {
    const number = numbers.get(match[0])
    if (number === undefined) continue
    pieces.push(text.slice(end, match.index), number)
    end = match.index + match[0].length
  }
  pieces.push(text.slice(end))
  return (ids) => {
    let filled = ''
    for (const piece of pieces) filled += typeof piece === 'number' ? ids[piece]! : piece
    return filled
  }
}

/** Version 7 as Tasker's are: they begin with the time, which is what indexes see of them. */
function newIds(count: number): string[] {
  const time = Date.now().toString(16).padStart(12, '0')
  const random = randomBytes(count * 10).toString('hex')
  return Array.from({ length: count }, (_, index) => {
    const own = random.slice(index * 20, index * 20 + 20)
    return `${time.slice(0, 8)}-${time.slice(8)}-7${own.slice(1, 4)}-8${own.slice(5, 8)}-${own.slice(8)}`
  })
}
