import type { Client } from 'pg'

/** What has to be known of a table to write rows into it. */
export interface TableShape {
  /** Columns of the primary key. */
  readonly key: readonly string[]
  /** Columns that the database fills in by drawing a number. */
  readonly generated: ReadonlySet<string>
  /** Column → its type as SQL. */
  readonly types: ReadonlyMap<string, string>
}

interface ColumnRow {
  readonly table: string
  readonly column: string
  readonly type: string
  readonly is_key: boolean
  readonly is_generated: boolean
}

const columnsSql = `
  select c.relname as table, a.attname as column, format_type(a.atttypid, a.atttypmod) as type,
    coalesce(a.attnum = any(i.indkey), false) as is_key,
    a.attidentity <> '' or a.attgenerated <> '' or coalesce(pg_get_expr(d.adbin, d.adrelid) like 'nextval(%', false) as is_generated
  from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    left join pg_index i on i.indrelid = c.oid and i.indisprimary
    left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
  where c.relnamespace = $1::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
  order by c.relname, a.attnum`

/** Reads the tables of a schema from the catalogue, so that nothing here has to follow the migrations. */
export async function readTableShapes(client: Client, schema: string): Promise<ReadonlyMap<string, TableShape>> {
  const { rows } = await client.query<ColumnRow>(columnsSql, [schema])
  return new Map(
    [...Map.groupBy(rows, (row) => row.table)].map(([table, columns]) => [
      table,
      {
        key: columns.filter((column) => column.is_key).map((column) => column.column),
        generated: new Set(columns.filter((column) => column.is_generated).map((column) => column.column)),
        types: new Map(columns.map((column) => [column.column, column.type])),
      },
    ]),
  )
}
