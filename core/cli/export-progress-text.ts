import type { ExportProgress } from '../contracts/exporter.js'
import { bytesText, durationText } from './time-text.js'

const barWidth = 24

/**
 * One line of how far an export is: `[######······] 42 %  1,200,000 records  34.5 MB  52,000/s  12s left`, without the bar where nobody
 * knows how much there is.
 */
export function exportProgressText({ records, bytes, share }: ExportProgress, elapsedMs: number): string {
  const rate = elapsedMs > 0 ? Math.round((records * 1000) / elapsedMs) : 0
  const parts = [`${records.toLocaleString('en')} records`, bytesText(bytes), `${rate.toLocaleString('en')}/s`]
  if (share === undefined) return parts.join('  ')
  const full = Math.round(share * barWidth)
  const bar = `[${'#'.repeat(full)}${'.'.repeat(barWidth - full)}] ${String(Math.floor(share * 100)).padStart(3)} %`
  const left = share > 0 && share < 1 ? [`${durationText((elapsedMs * (1 - share)) / share)} left`] : []
  return [bar, ...parts, ...left].join('  ')
}
