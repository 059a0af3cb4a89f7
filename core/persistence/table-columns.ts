import { type EntitySchema, UnderscoreNamingStrategy } from '@mikro-orm/core'

/** One column of an entity's table. */
export interface Column {
  /** As records call it: `dueAt`. */
  readonly property: string
  /** As the table calls it: `due_at`. */
  readonly name: string
  readonly type: string
}

/**
 * What the ORM would make of the types that our entities use, under the names of their classes. The ORM itself is not asked: that takes
 * as long as the rest of a start. A test compares.
 */
const sqlTypes: Readonly<Record<string, string>> = {
  ArrayType: 'text[]',
  BigIntType: 'bigint',
  BooleanType: 'boolean',
  DoubleType: 'double precision',
  IntegerType: 'int',
  IsoTimestamp: 'timestamptz(3)',
  JsonType: 'jsonb',
  TextType: 'text',
  UuidType: 'uuid',
}
const naming = new UnderscoreNamingStrategy()

/** What of a property we look at, as its entity defines it. */
interface DefinedProperty {
  /** The class of a type of the ORM, or one of its instances. */
  readonly type: unknown
  readonly columnType?: string
  readonly hidden?: boolean
}

/** The columns of an entity's table: the one place that lists them is the entity. Without hidden ones. */
export function columnsOf(entity: EntitySchema): readonly Column[] {
  return Object.entries<DefinedProperty>(entity.meta.properties)
    .filter(([, { hidden }]) => hidden !== true)
    .map(([property, { type, columnType }]) => ({
      property,
      name: naming.propertyToColumnName(property),
      type: columnType ?? sqlTypes[nameOf(type)]!,
    }))
}

function nameOf(type: unknown): string {
  return typeof type === 'function' ? type.name : (type as object).constructor.name
}

/** `t.id, t.due_at as "dueAt"`: a list whose rows are records. */
export function selectColumns(columns: readonly Column[], alias: string): string {
  return columns
    .map(({ property, name }) => (property === name ? `${alias}.${name}` : `${alias}.${name} as "${property}"`))
    .join(', ')
}

/** The columns of these properties, in this order. */
export function pickColumns(columns: readonly Column[], properties: readonly string[]): readonly Column[] {
  return properties.map((property) => columns.find((column) => column.property === property)!)
}
