import type { EntityName } from '@mikro-orm/core'
import { entityMetadata } from './orm.js'

/** One column of an entity's table. */
export interface Column {
  /** As records call it: `dueAt`. */
  readonly property: string
  /** As the table calls it: `due_at`. */
  readonly name: string
  readonly type: string
}

/** The columns of an entity's table, as the ORM knows them: the one place that lists them is the entity. Without hidden ones. */
export function columnsOf<T extends object>(entity: EntityName<T>): readonly Column[] {
  return entityMetadata()
    .get(entity)
    .props.filter((property) => property.hidden !== true)
    .map((property) => ({
      property: property.name,
      name: property.fieldNames[0]!,
      type: property.columnTypes[0]!,
    }))
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
