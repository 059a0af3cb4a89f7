import { InvalidExportRequestError } from '../errors/export-errors.js'

const parts = ['date', 'time', 'year', 'month', 'day', 'hour', 'minute'] as const
type Part = (typeof parts)[number]

/**
 * The path of a scheduled export at one of its times: `{date}` is `2026-03-01`, `{time}` is `02-30-00`.
 *
 * @param timeZone IANA name of the zone in which the parts are told
 * @throws InvalidExportRequestError for a placeholder that does not exist
 * @example
 * outputAt('out/{year}/{month}/events-{date}.csv', Date.UTC(2026, 2, 1), 'UTC') // 'out/2026/03/events-2026-03-01.csv'
 */
export function outputAt(template: string, time: number, timeZone: string): string {
  const told = tell(time, timeZone)
  return template.replace(/\{(\w*)\}/g, (_, name: string) => {
    if (!parts.some((part) => part === name)) {
      const expected = `placeholders among ${parts.map((part) => `{${part}}`).join(', ')}`
      throw new InvalidExportRequestError('output', { expected, received: `{${name}}` })
    }
    return told[name as Part]
  })
}

function tell(time: number, timeZone: string): Record<Part, string> {
  const format = new Intl.DateTimeFormat('en-CA', {
    ...{ timeZone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit' },
    ...{ hour: '2-digit', minute: '2-digit', second: '2-digit' },
  })
  const told = Object.fromEntries(format.formatToParts(time).map(({ type, value }) => [type, value]))
  const { year = '', month = '', day = '', hour = '', minute = '', second = '' } = told
  return { year, month, day, hour, minute, date: `${year}-${month}-${day}`, time: `${hour}-${minute}-${second}` }
}
