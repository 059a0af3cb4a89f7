import type { DelayGroup } from './flight-records.js'

export interface DelayFindings {
  readonly from: string
  readonly to: string
  readonly checked: number
  readonly rejected: number
  readonly minDepartures: number
  readonly worstAirports: readonly DelayGroup[]
  readonly bestAirports: readonly DelayGroup[]
  readonly hours: readonly DelayGroup[]
}

const BAR_WIDTH = 30

/** The report of `flight_delays` as Markdown. */
export function delayReport(findings: DelayFindings): string {
  const { from, to, checked, rejected, minDepartures, worstAirports, bestAirports, hours } = findings
  return [
    '# Flight delays',
    '',
    `${checked} departures from ${from} to ${to}, ${rejected} of them rejected. Airports with at least ${minDepartures} departures.`,
    '',
    '## Where passengers wait longest',
    ...airportTable(worstAirports),
    '',
    '## Where they hardly wait',
    ...airportTable(bestAirports),
    '',
    '## Share of departures more than 15 minutes late, by hour',
    '',
    '```',
    ...hourBars(hours),
    '```',
    '',
  ].join('\n')
}

function airportTable(airports: readonly DelayGroup[]): string[] {
  const rows = airports.map(({ key, departures, meanMinutes, lateShare }) => {
    return `| ${key} | ${departures} | ${meanMinutes} min | ${percent(lateShare)} |`
  })
  return ['', '| airport | departures | mean delay | late |', '| --- | ---: | ---: | ---: |', ...rows]
}

function hourBars(hours: readonly DelayGroup[]): string[] {
  const highest = Math.max(...hours.map(({ lateShare }) => lateShare), Number.EPSILON)
  return hours.map(({ key, lateShare, departures }) => {
    const bar = '█'.repeat(Math.round((lateShare / highest) * BAR_WIDTH)).padEnd(BAR_WIDTH)
    return `${key}  ${bar} ${percent(lateShare).padStart(6)} of ${departures}`
  })
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}
