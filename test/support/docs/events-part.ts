import { lifecycleEvents } from '../../../core/events/event-catalogue.js'
import type { EventDefinition } from '../../../core/events/event-definition.js'
import { familyOf, lifecycleFamilies } from '../../../core/events/event-families.js'
import { markdownTable } from './markdown-table.js'

/** The lifecycle events as docs/events.md lists them, a table for each family. */
export function eventsPart(events: readonly EventDefinition[] = Object.values(lifecycleEvents)): string {
  return lifecycleFamilies
    .map((family) => {
      const members = events.filter(({ name }) => familyOf(name) === family)
      const rows = members.map((event) => [
        `\`${event.name}\``,
        event.durable ? 'yes' : '',
        event.description,
        payloadText(event.payload),
        event.firedBy,
      ])
      return `### ${family} (${members.length})\n\n${markdownTable(titles, rows)}`
    })
    .join('\n\n')
}

const titles = ['event', 'durable', 'fires when', 'payload on top', 'fired by']
const everyTask = ['namespace', 'taskName', 'version']
const everyStep = [...everyTask, 'stepName', 'attempt', 'retryLimit']

interface Schema {
  readonly properties?: Readonly<Record<string, unknown>>
  readonly required?: readonly string[]
  readonly anyOf?: readonly Schema[]
}

/** The members besides those that every payload of a task or a step has; a question mark where one may be absent. */
function payloadText(payload: object): string {
  const { anyOf, properties = {}, required = [] } = payload as Schema
  if (anyOf !== undefined) return anyOf.map(payloadText).join('; or ')
  const names = Object.keys(properties)
  const shared = names.includes('stepName') ? everyStep : everyTask
  const isAboutTask = everyTask.every((name) => names.includes(name)) && names.length > everyTask.length
  const onTop = isAboutTask ? names.filter((name) => !shared.includes(name)) : names
  return onTop.map((name) => `${name}${required.includes(name) ? '' : '?'}`).join(', ')
}
