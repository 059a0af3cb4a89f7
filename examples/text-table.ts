import { styleText } from 'node:util'

export interface TextColumn {
  readonly title: string
  readonly align?: 'left' | 'right'
}

/** Rows under titles, each column as wide as its widest cell; without the line break at the end. */
export function textTable(columns: readonly TextColumn[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map(({ title }, at) => Math.max(title.length, ...rows.map((row) => row[at]?.length ?? 0)))
  const lineOf = (cells: readonly string[]) => {
    const padded = columns.map(({ align }, at) => {
      const cell = cells[at] ?? ''
      return align === 'right' ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0)
    })
    return `  ${padded.join('  ')}`.trimEnd()
  }
  const head = styleText('dim', lineOf(columns.map(({ title }) => title)))
  return [head, ...rows.map(lineOf)].join('\n')
}

/** A title above what follows. */
export function heading(text: string): string {
  return `\n${styleText('bold', text)}`
}
