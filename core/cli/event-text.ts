import type { TaskerEvent } from '../events/envelope.js'
import { type CatalogueEntry, reachesLog } from './event-documents.js'
import { oneLine, type TableOptions, textPairs, textTable } from './text-table.js'
import { durationText } from './time-text.js'

/** The catalogue, one event a line. */
export function catalogueTable(entries: readonly CatalogueEntry[], options: TableOptions): string {
  const rows = entries.map((entry) => [entry.name, reachesLog(entry) ? 'log' : 'bus', entry.description])
  return textTable(['EVENT', 'ON', 'WHEN'], rows, options)
}

/** One event of the catalogue with its schema. */
export function catalogueText(entry: CatalogueEntry, options: TableOptions): string {
  const { name, family, durable, firedBy, description, schema, example, schemaVersion, contractVersion } = entry
  const facts = textPairs(
    [
      ['when', description],
      ['family', family],
      ['fired by', firedBy],
      ['durable', durable ? 'yes: written to the event log' : notDurable(entry)],
      ['version', `${schemaVersion} of its payload, ${contractText(contractVersion)}`],
    ],
    { paint: options.paint },
  )
  if (schema === null) return `${options.paint('bold', name)}\n${facts}\n\nany payload`
  const parts = [
    ['example', example],
    ['schema', schema],
  ].map(([title, value]) => `${options.paint('bold', String(title))}\n${JSON.stringify(value, null, 2)}`)
  return [`${options.paint('bold', name)}\n${facts}`, ...parts].join('\n\n')
}

function contractText(version: string | null): string {
  return version === null ? 'in the contract of this project' : `in version ${version} of the contract`
}

function notDurable(entry: CatalogueEntry): string {
  return reachesLog(entry)
    ? 'no: written to the event log only with the success of a step that publishes it'
    : 'no: heard only on the bus of its process'
}

/** What of a payload says most in a line: the rest is one `--json` away. */
const telling = ['reason', 'from', 'attempt', 'durationMs', 'willRetry', 'dueAt', 'how', 'parked', 'message'] as const

/**
 * One event of the log in a line.
 *
 * @example
 * 10:00:01.250 step.failed           4f2a9c payments.refund@1.0.0 charge  attempt=1 the card was stolen
 */
export function eventLine(event: TaskerEvent<string>, { paint }: TableOptions): string {
  const payload = (event.payload ?? {}) as Readonly<Record<string, unknown>>
  const { namespace, taskName, version, stepName, error } = payload
  const subject = taskName === undefined ? '' : `${namespace}.${taskName}@${version}`
  const isLifecycle = subject !== ''
  const facts = isLifecycle
    ? telling.flatMap((key) => (isTold(payload[key]) ? [factText(key, payload[key])] : []))
    : [JSON.stringify(event.payload ?? null)]
  const parts = [
    paint('dim', event.occurredAt.slice(11, 23)),
    paint(colourOf(event.name), event.name.padEnd(24)),
    paint('dim', event.taskId?.slice(-6) ?? '      '),
    ...(isLifecycle ? [subject] : []),
    ...(typeof stepName === 'string' ? [paint('bold', stepName)] : []),
    ...facts.map((fact) => paint('dim', fact)),
    ...(isError(error) ? [paint('red', error.message)] : []),
  ]
  return oneLine(parts.join(' '))
}

function factText(key: string, value: unknown): string {
  return key === 'durationMs' ? durationText(Number(value)) : `${key}=${value}`
}

function isTold(value: unknown): boolean {
  return value !== 0 && value !== null && value !== undefined && value !== '' && typeof value !== 'object'
}

function isError(value: unknown): value is { readonly message: string } {
  return typeof value === 'object' && value !== null && typeof (value as { message?: unknown }).message === 'string'
}

function colourOf(name: string): 'green' | 'red' | 'yellow' | 'cyan' {
  if (name.endsWith('.completed')) return 'green'
  if (name.endsWith('.failed')) return 'red'
  return /cancelled|retry/.test(name) ? 'yellow' : 'cyan'
}
