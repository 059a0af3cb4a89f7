import { lifecycleEvents } from '../../../core/events/event-catalogue.js'
import { eventExamples } from '../../../core/events/examples/event-examples.js'
import { markdownTable } from './markdown-table.js'

interface Schema {
  readonly type?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly format?: string
  readonly description?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
}

/** Each event with its members and an example, as docs/events.md shows them. */
export function payloadsPart(): string {
  return Object.values(lifecycleEvents)
    .map(({ name, description, durable, payload }) => {
      const example = JSON.stringify(eventExamples[name], null, 2)
      const kind = durable ? 'Durable' : 'On the bus only'
      return `### ${name}\n\n${kind}: ${description}.\n\n${membersText(payload as Schema)}\n\n\`\`\`json\n${example}\n\`\`\``
    })
    .join('\n\n')
}

function membersText(schema: Schema): string {
  if (schema.anyOf === undefined) return membersTable(schema)
  return schema.anyOf.map(membersTable).join('\n\nor\n\n')
}

function membersTable(schema: Schema): string {
  return markdownTable(['member', 'is', 'says'], rowsOf(schema, ''))
}

function rowsOf({ properties = {}, required = [] }: Schema, above: string): string[][] {
  return Object.entries(properties).flatMap(([name, member]) => {
    const path = `${above}${name}`
    const own = [`\`${path}\`${required.includes(name) ? '' : '?'}`, kindOf(member), member.description ?? '']
    return [own, ...rowsOf(member, `${path}.`)]
  })
}

const formats: Readonly<Record<string, string>> = { uuid: 'UUID', 'date-time': 'time' }
const words: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'number',
  integer: 'integer',
  boolean: 'true or false',
  object: 'object',
  null: '`null`',
}

function kindOf({ type = '', format = '', enum: choices, items, anyOf, ...rest }: Schema): string {
  if ('const' in rest) return `\`${rest.const}\``
  if (choices !== undefined) return choices.map((choice) => `\`${choice}\``).join(', ')
  if (anyOf !== undefined) return anyOf.map(kindOf).join(' or ')
  if (type === 'array') return `list of ${kindOf(items ?? {})}s`
  return formats[format] ?? words[type] ?? 'anything'
}
