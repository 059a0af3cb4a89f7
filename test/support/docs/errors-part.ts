import type { ErrorClass } from './error-classes.js'
import { markdownTable, tableRows } from './markdown-table.js'

/**
 * The error catalogue. Code, class and occasion come from the code; the ways out are kept from the document,
 * and taken from the code where it has none yet.
 */
export function errorsPart(classes: readonly ErrorClass[], document: string): string {
  const waysOut = new Map(tableRows(document).map(([code, , , wayOut = '']) => [code!, wayOut]))
  const rows = classes.map(({ code, className, when, wayOut }) => [
    `\`${code}\``,
    `\`${className}\``,
    when,
    waysOut.get(`\`${code}\``) || wayOut || '',
  ])
  return markdownTable(['code', 'class', 'when', 'way out'], rows)
}
