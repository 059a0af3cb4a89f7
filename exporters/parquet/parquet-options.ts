import { type Static, Type } from 'typebox'

/** What a column of Parquet may hold. */
export const parquetTypes = ['text', 'integer', 'number', 'boolean', 'time', 'json'] as const
export type ParquetType = (typeof parquetTypes)[number]

/** The options of the Parquet exporter. */
export const parquetOptions = Type.Object(
  {
    rowGroupRows: Type.Integer({
      default: 10_000,
      minimum: 1,
      maximum: 1_000_000,
      description: 'Most records in one row group. All of a group are in memory at once.',
    }),
    rowGroupBytes: Type.Integer({
      default: 16 * 1024 * 1024,
      minimum: 1024,
      description: 'About how much text of records one row group holds at most, in bytes.',
    }),
    types: Type.Unsafe<Readonly<Record<string, ParquetType>>>({
      type: 'object',
      additionalProperties: { enum: [...parquetTypes] },
      default: {},
      description: `Types of columns by their names: ${parquetTypes.join(', ')}. Those of the source have theirs; others have that of their first values.`,
    }),
  },
  { additionalProperties: false },
)

export type ParquetOptions = Static<typeof parquetOptions>
