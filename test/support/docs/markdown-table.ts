/** A table of Markdown; line breaks and bars in cells do not break it. */
export function markdownTable(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  return [titles, titles.map(() => '---'), ...rows].map((cells) => `| ${cells.map(cellText).join(' | ')} |`).join('\n')
}

/** The cells of each row of the tables in a text, without heads. */
export function tableRows(markdown: string): string[][] {
  return [...markdown.matchAll(/(?:^\|.*\|$\n?)+/gm)].flatMap(([table]) =>
    table.trim().split('\n').slice(2).map(cellsOf),
  )
}

function cellText(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ').replaceAll('|', '\\|')
}

function cellsOf(row: string): string[] {
  const cells = row.split(/(?<!\\)\|/).slice(1, -1)
  return cells.map((cell) => cell.trim().replaceAll('\\|', '|'))
}
