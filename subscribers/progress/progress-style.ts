/** How a step or a task looks on the screen. */
export type Look = 'pending' | 'running' | 'retrying' | 'complete' | 'error' | 'cancelled' | 'skipped' | 'resolved'

export type Colour = 'plain' | 'dim' | 'bold' | 'red' | 'green' | 'yellow' | 'cyan' | 'magenta'

interface LookStyle {
  readonly symbol: string
  readonly ascii: string
  readonly colour: Colour
}

export const lookStyles: Readonly<Record<Look, LookStyle>> = {
  pending: { symbol: '○', ascii: 'o', colour: 'dim' },
  running: { symbol: '◐', ascii: '>', colour: 'cyan' },
  retrying: { symbol: '↻', ascii: 'r', colour: 'yellow' },
  complete: { symbol: '✔', ascii: '+', colour: 'green' },
  error: { symbol: '✖', ascii: 'x', colour: 'red' },
  cancelled: { symbol: '⊘', ascii: '-', colour: 'yellow' },
  skipped: { symbol: '↷', ascii: '~', colour: 'dim' },
  resolved: { symbol: '✔', ascii: '+', colour: 'magenta' },
}

/** What turns while something runs: calm, a quarter at a time. */
const turning = ['◐', '◓', '◑', '◒']
const turningAscii = ['|', '/', '-', '\\']
const TURN_MS = 250

const codes: Readonly<Record<Colour, number>> = {
  plain: 0,
  bold: 1,
  dim: 2,
  red: 31,
  green: 32,
  yellow: 33,
  magenta: 35,
  cyan: 36,
}

/** A piece of a line in one colour. */
export interface Part {
  readonly text: string
  readonly colour: Colour
}

/** What lines are made for. */
export interface Style {
  readonly ascii: boolean
  readonly colours: boolean
}

export function part(text: string, colour: Colour = 'plain'): Part {
  return { text, colour }
}

/** The symbol of a look; that of something running turns with the time, if one is given. */
export function symbolOf(look: Look, { ascii }: Style, nowMs?: number): Part {
  const { symbol, ascii: plain, colour } = lookStyles[look]
  if (look !== 'running' || nowMs === undefined) return part(ascii ? plain : symbol, colour)
  const frames = ascii ? turningAscii : turning
  return part(frames[Math.floor(nowMs / TURN_MS) % frames.length]!, colour)
}

const BAR_WIDTH = 20

/** `━━━━━━━━━━──────────  50%` */
export function progressBar(fraction: number, { ascii }: Style): Part[] {
  const done = Math.round(Math.min(1, Math.max(0, fraction)) * BAR_WIDTH)
  const percent = `${Math.round(fraction * 100)}%`.padStart(4)
  return [
    part((ascii ? '#' : '━').repeat(done), 'cyan'),
    part((ascii ? '.' : '─').repeat(BAR_WIDTH - done), 'dim'),
    part(` ${percent}`),
  ]
}

export function paint({ text, colour }: Part, { colours }: Style): string {
  return colours && colour !== 'plain' && text !== '' ? `\u001b[${codes[colour]}m${text}\u001b[0m` : text
}
