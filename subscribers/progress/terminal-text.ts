import { type Part, paint, type Style } from './progress-style.js'

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
const escapeSequence = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|.)?/g
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu
const noWidth = /^[\p{M}\u200b-\u200d]$/u
const twoColumns =
  /^(?:[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|[\u{20000}-\u{3fffd}])$/u

/** Text of others on one line: without line breaks and escape sequences, which would upset the screen. */
export function oneLine(text: string): string {
  return text.replace(escapeSequence, '').replace(unprintable, ' ').trim()
}

/** How many columns of a terminal a text takes. */
export function displayWidth(text: string): number {
  let width = 0
  for (const character of text) width += characterWidth(character)
  return width
}

/** The text filled up with spaces, or cut, to exactly so many columns. */
export function fitTo(columns: number, text: string, { ascii }: Style): string {
  const cut = cutTo(columns, text, ascii)
  return cut + ' '.repeat(columns - displayWidth(cut))
}

/** Parts as one painted line of at most so many columns. */
export function lineOf(parts: readonly Part[], columns: number, style: Style): string {
  let room = columns
  let line = ''
  for (const [index, { text, colour }] of parts.entries()) {
    const isLast = parts.slice(index + 1).every((later) => later.text.trim() === '')
    const width = displayWidth(text)
    const fits = width < room || (width === room && isLast)
    line += paint({ text: fits ? text : cutTo(room, isLast ? text : `${text}  `, style.ascii), colour }, style)
    if (!fits) break
    room -= width
  }
  return line
}

function cutTo(columns: number, text: string, ascii: boolean): string {
  if (displayWidth(text) <= columns) return text
  const ellipsis = ascii ? '~' : '…'
  let room = columns - 1
  let kept = ''
  for (const character of text) {
    room -= characterWidth(character)
    if (room < 0) break
    kept += character
  }
  return columns < 1 ? '' : kept.trimEnd() + ellipsis
}

function characterWidth(character: string): number {
  if (character >= ' ' && character <= '~') return 1
  if (noWidth.test(character)) return 0
  return twoColumns.test(character) ? 2 : 1
}

/**
 * A duration for people: `12ms`, `1.2s`, `48s`, `2m 05s`, `1h 02m`.
 */
export function durationText(ms: number): string {
  if (ms < 999.5) return `${Math.max(0, Math.round(ms))}ms`
  if (ms < 9_950) return `${(ms / 1000).toFixed(1)}s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds}s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes}m ${String(seconds % 60).padStart(2, '0')}s`
  return `${Math.floor(minutes / 60)}h ${String(minutes % 60).padStart(2, '0')}m`
}

/** A duration that is still running: never in milliseconds, which nobody can read as they change. */
export function clockText(ms: number): string {
  return ms < 9_950 ? `${(Math.max(0, ms) / 1000).toFixed(1)}s` : durationText(ms)
}
