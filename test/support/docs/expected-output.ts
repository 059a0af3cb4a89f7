/**
 * Whether a program printed what a document shows. `…` stands for any text within a line, and, alone in a line, for any number
 * of lines. Space at the end of lines does not count.
 */
export function showsOutput(expected: string, printed: string): boolean {
  const pattern = trimmedLines(expected)
    .map((line) => (line.trim() === '…' ? '(?:.*\\n)*?' : `${line.split('…').map(escaped).join('.*?')}\\n`))
    .join('')
  return new RegExp(`^${pattern}$`).test(`${trimmedLines(printed).join('\n')}\n`)
}

function trimmedLines(text: string): string[] {
  const lines = text.split('\n').map((line) => line.trimEnd())
  while (lines.at(-1) === '') lines.pop()
  while (lines[0] === '') lines.shift()
  return lines
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}
