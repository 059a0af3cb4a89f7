import * as vocabularies from '../../../core/events/event-vocabularies.js'
import { markdownTable } from './markdown-table.js'

/** The closed lists of words in payloads. */
export function vocabulariesPart(): string {
  const lists = Object.entries(vocabularies) as [string, readonly string[]][]
  return markdownTable(
    ['list', 'words'],
    lists.map(([name, words]) => [name, words.map((word) => `\`${word}\``).join(', ')]),
  )
}
