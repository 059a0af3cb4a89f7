/**
 * A `timestamptz` as PostgreSQL writes it (`2026-01-02 03:04:05.678+00`) as ISO 8601 in UTC with milliseconds.
 * Servers in UTC take the short way; the session's time zone is left alone because embedded connections share it.
 */
export function toIsoTime(text: string): string {
  const match = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.(\d+))?(?:\+00|Z)$/.exec(text)
  if (match) return `${match[1]}T${match[2]}.${(match[3] ?? '').padEnd(3, '0').slice(0, 3)}Z`
  const time = new Date(text)
  return Number.isNaN(time.getTime()) ? text : time.toISOString()
}
