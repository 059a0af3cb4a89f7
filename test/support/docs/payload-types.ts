import { lifecycleEvents } from '../../../core/events/event-catalogue.js'
import { familyOf, type LifecycleFamily, lifecycleFamilies } from '../../../core/events/event-families.js'
import { actor, errorDescription } from '../../../core/events/payload-parts.js'
import { membersOf, type TypedSchema } from './typescript-of-schema.js'

const head = `// Made from the schemas of the events by test/support/docs/write-documents.ts; do not edit.
// biome-ignore-all format: made`

/** The types of the payloads of a family, with what editors show about events and members. */
export function payloadTypes(family: LifecycleFamily): string {
  const events = Object.values(lifecycleEvents).filter(({ name }) => familyOf(name) === family)
  const forms = events.map(({ name, payload }) => formsOf(name, payload as TypedSchema))
  const members = events.map((event, at) => `  /** ${meaningOf(event)} */\n  '${event.name}': ${forms[at]!.type}\n`)
  const text = forms.map(({ declarations }) => declarations).join('\n')
  const parts = ['EventActor', 'ErrorDescription'].filter((part) => text.includes(part)).sort()
  const imports = parts.length === 0 ? '' : `\nimport type { ${parts.join(', ')} } from './shared-payloads.js'\n`
  const title = `/** The payloads of the events of the family ${family}, by name. */`
  return `${head}\n${imports}\n${title}\nexport interface ${pascal(family)}Payloads {\n${members.join('')}}\n\n${text}`
}

/** What several payloads hold. */
export function sharedPayloadTypes(): string {
  const part = (name: string, meaning: string, schema: TypedSchema) =>
    `/** ${meaning} */\nexport type ${name} = {\n${membersOf(schema, '', '  ')}}\n`
  return [
    `${head}\n`,
    part('EventActor', 'Who did it.', actor as TypedSchema),
    part('ErrorDescription', 'An error as events, rows and exports carry it.', errorDescription as TypedSchema),
  ].join('\n')
}

/**
 * The patterns that a subscriber may listen to, as declarations: what an editor shows about a key of `on` has to be declared, a
 * mapped type would lose it.
 */
export function proposalTypes(): string {
  const names = Object.values(lifecycleEvents).map(({ name }) => name)
  const wildcards = [...new Set(names.flatMap((name) => prefixesOf(name)))].map((prefix) => {
    const count = names.filter((name) => name.startsWith(`${prefix}.`)).length
    return `  /** All ${count} events whose names begin with \`${prefix}.\` */\n  readonly '${prefix}.*'?: unknown\n`
  })
  const events = Object.values(lifecycleEvents).map(
    (event) => `  /** ${meaningOf(event)} */\n  readonly '${event.name}'?: unknown\n`,
  )
  const all = "  /** Every event, custom ones included. */\n  readonly '*'?: unknown\n"
  const title = '/** What editors propose where a subscriber says what it listens to. */'
  return `${head}\n\n${title}\nexport interface EventProposals {\n${[...events, ...wildcards, all].join('')}}\n`
}

function prefixesOf(name: string): string[] {
  const segments = name.split('.')
  return segments.slice(1).map((_, index) => segments.slice(0, index + 1).join('.'))
}

function meaningOf({ description, durable }: { readonly description: string; readonly durable: boolean }): string {
  return `${capitalized(description)}. ${durable ? 'Durable.' : 'On the bus only.'}`
}

/** Files of types: path → text. Payloads are no interfaces, because these do not pass where any record is wanted. */
export const payloadTypeFiles: Readonly<Record<string, () => string>> = {
  'core/events/payloads/event-proposals.ts': proposalTypes,
  'core/events/payloads/shared-payloads.ts': sharedPayloadTypes,
  ...Object.fromEntries(
    lifecycleFamilies.map((family) => [`core/events/payloads/${family}-payloads.ts`, () => payloadTypes(family)]),
  ),
}

/** An event's type, and its declaration: one, or several where the payload has several forms. */
function formsOf(event: string, payload: TypedSchema): { readonly type: string; readonly declarations: string } {
  const name = `${event.split(/[._]/).map(pascal).join('')}Payload`
  const forms = payload.anyOf ?? [payload]
  const names = forms.map((_, at) => (forms.length === 1 ? name : `${name}${at + 1}`))
  const declarations = forms.map(
    (form, at) =>
      `/** The payload of \`${event}\`${forms.length === 1 ? '' : `, form ${at + 1} of ${forms.length}`}. */\nexport type ${names[at]} = {\n${membersOf(form, '', '  ', { nameOf: sharedName })}}\n`,
  )
  return { type: names.join(' | '), declarations: declarations.join('\n') }
}

/** Copies with another description have the same members. */
function sharedName({ properties }: TypedSchema): string | undefined {
  if (properties === undefined) return undefined
  if (properties === (actor as TypedSchema).properties) return 'EventActor'
  return properties === (errorDescription as TypedSchema).properties ? 'ErrorDescription' : undefined
}

function pascal(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}

const capitalized = (text: string): string => (text.startsWith('`') ? text : pascal(text))
