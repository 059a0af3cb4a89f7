import { stripVTControlCharacters } from 'node:util'
import type { Paint } from './paint.js'

export interface TableOptions {
  readonly paint: Paint
  /** Lines are cut to it. */
  readonly width?: number | undefined
}

const GAP = '  '

/** Rows under a headline, columns aligned, without lines around them. Columns that are empty in every row are left out. */
export function textTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  options: TableOptions,
): string {
  const columns = head.map((_, column) => column).filter((column) => rows.some((row) => row[column] !== ''))
  const lines = [head, ...rows].map((row) => columns.map((column) => oneLine(row[column]!)))
  const widths = columns.map((_, place) => Math.max(...lines.map((line) => lengthOf(line[place]!))))
  const [first, ...rest] = lines.map((line) => {
    const text = line.map((cell, place) => padded(cell, widths[place]!)).join(GAP)
    return cut(text.trimEnd(), options.width)
  })
  return [options.paint('dim', first!), ...rest].join('\n')
}

/** Names on the left, values on the right. Values of undefined are left out. */
export function textPairs(
  pairs: readonly (readonly [string, string | readonly string[] | undefined])[],
  { paint, width }: TableOptions,
): string {
  const shown = pairs.filter((pair): pair is readonly [string, string | readonly string[]] => Boolean(pair[1]?.length))
  const widest = Math.max(0, ...shown.map(([name]) => name.length))
  return shown
    .map(([name, value]) => {
      const title = `${paint('dim', name.padEnd(widest))}${GAP}`
      if (typeof value === 'string') return cut(`${title}${oneLine(value)}`, width)
      return `${title}${value.map(oneLine).join(`\n${' '.repeat(widest + GAP.length)}`)}`
    })
    .join('\n')
}

/** A text of others on one line: line breaks and control characters but for our colours would break what is around it. */
export function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replace(/\u001b(?!\[\d{1,2}m)/g, '').replace(/[\u0000-\u001a\u001c-\u001f\u007f-\u009f]+/g, ' ')
}

function lengthOf(text: string): number {
  return [...stripVTControlCharacters(text)].length
}

function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - lengthOf(text)))
}

/** Cuts a line to a width, not counting colours, and ends a colour that was cut open. */
function cut(line: string, width: number | undefined): string {
  if (width === undefined || lengthOf(line) <= width) return line
  let room = width - 1
  let kept = ''
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one
  for (const piece of line.split(/(\u001b\[\d{1,2}m)/)) {
    if (piece.startsWith('\u001b[')) kept += piece
    else {
      const characters = [...piece]
      kept += characters.slice(0, room).join('') + (characters.length > room && room >= 0 ? '…' : '')
      room = characters.length > room ? -1 : room - characters.length
    }
    if (room < 0) break
  }
  return kept.includes('\u001b[') ? `${kept}\u001b[0m` : kept
}
