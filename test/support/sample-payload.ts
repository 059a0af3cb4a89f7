import { type LifecycleEventName, lifecycleEvents } from '../../core/events/event-catalogue.js'

interface Schema {
  readonly type?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly format?: string
}

/** A payload that the schema of an event allows, every optional member included; texts say the name of their member. */
export function samplePayload<N extends LifecycleEventName>(name: N): never {
  return sample(lifecycleEvents[name].payload as Schema, 'payload') as never
}

function sample(schema: Schema, member: string): unknown {
  if ('const' in schema) return schema.const
  if (schema.enum !== undefined) return schema.enum[0]
  if (schema.anyOf !== undefined) return sample(schema.anyOf[0]!, member)
  switch (schema.type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([key, inner]) => [key, sample(inner, key)]),
      )
    case 'array':
      return [sample(schema.items ?? {}, `${member} 1`), sample(schema.items ?? {}, `${member} 2`)]
    case 'string':
      return text(schema.format, member)
    case 'number':
    case 'integer':
      return 1
    case 'boolean':
      return true
    case 'null':
      return null
    default:
      return { any: member }
  }
}

function text(format: string | undefined, member: string): string {
  if (format === 'uuid') return '01970000-0000-7000-8000-000000000001'
  return format === 'date-time' ? '2025-06-01T10:00:00.000Z' : member
}
