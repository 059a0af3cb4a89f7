/** A table of the report: the first column is text, the others are figures. */
export interface Table {
  readonly title: string
  /** What has to be known to read it. */
  readonly note?: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

export function tableAsText({ title, note, columns, rows }: Table): string {
  const widths = columns.map((column, index) => Math.max(column.length, ...rows.map((row) => row[index]!.length)))
  const line = (cells: readonly string[]) =>
    cells.map((cell, index) => (index === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[index]!))).join('  ')
  const rule = widths.map((width) => '-'.repeat(width)).join('  ')
  return [`\n${title}`, ...(note === undefined ? [] : [note]), line(columns), rule, ...rows.map(line)].join('\n')
}

export function tableAsMarkdown({ title, note, columns, rows }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const rule = `|${columns.map((_, index) => (index === 0 ? '---' : '---:')).join('|')}|`
  return [`#### ${title}\n`, ...(note === undefined ? [] : [`${note}\n`]), line(columns), rule, ...rows.map(line)].join(
    '\n',
  )
}

/** `12,345`, or `-` for what is not known. */
export function count(value: number | undefined): string {
  return value === undefined || Number.isNaN(value) ? '-' : Math.round(value).toLocaleString('en')
}

export function decimal(value: number | undefined, digits = 1): string {
  return value === undefined || Number.isNaN(value) ? '-' : value.toFixed(digits)
}

/** `2.0×` */
export function ratio(value: number | undefined, digits = 2): string {
  return value === undefined || Number.isNaN(value) ? '-' : `${value.toFixed(digits)}×`
}
