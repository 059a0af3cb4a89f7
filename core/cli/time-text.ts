/** `340ms`, `2.4s`, `1m 05s`, `1h 02m`, `3d 04h`. */
export function durationText(ms: number): string {
  if (ms < 999.5) return `${Math.max(0, Math.round(ms))}ms`
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)}s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds}s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes}m ${twoDigits(seconds % 60)}s`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return `${hours}h ${twoDigits(minutes % 60)}m`
  return `${Math.floor(hours / 24)}d ${twoDigits(hours % 24)}h`
}

/** Something that runs and ends. */
interface Timed {
  readonly state: string
  readonly startedAt: string | null
  readonly completedAt: string | null
}

/** How long something took, or has been running; empty where neither can be said: what failed may be tried again. */
export function elapsedText({ state, startedAt, completedAt }: Timed, now: number = Date.now()): string {
  if (startedAt === null || (completedAt === null && state !== 'in_progress')) return ''
  return durationText((completedAt === null ? now : Date.parse(completedAt)) - Date.parse(startedAt))
}

/** `2026-03-01 10:00:00`, in UTC as everywhere. */
export function momentText(iso: string): string {
  return iso.slice(0, 19).replace('T', ' ')
}

/** `due in 4.0s`, `due now` */
export function dueText(dueAt: string, now: number = Date.now()): string {
  const left = Date.parse(dueAt) - now
  return left > 0 ? `due in ${durationText(left)}` : 'due now'
}

/** `120 B`, `34.5 kB`, `2.1 MB` */
export function bytesText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  const [size, unit] =
    bytes < 999_950 ? [bytes / 1000, 'kB'] : bytes < 999_950_000 ? [bytes / 1e6, 'MB'] : [bytes / 1e9, 'GB']
  return `${size.toFixed(1)} ${unit}`
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0')
}
