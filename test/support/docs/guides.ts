import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkout } from './generated-section.js'

/** What makes a document a guide: each of its blocks is tried by test/integration/docs/guides.test.ts or guides.long.test.ts. */
const mark = /^<!-- guide: every block is run by test\/integration\/docs\/guides\.test\.ts -->$/m

/** The documents that must be guides as soon as they are there. */
export const guideNames = ['first-task', 'subscribers', 'exporters', 'plugins', 'testing', 'operating'] as const

/** The guide that is followed with all tests; guides.long.test.ts follows the others. */
export const firstGuide = 'docs/first-task.md'

/** Whether a document is a guide. */
export function isGuide(markdown: string): boolean {
  return mark.test(markdown)
}

/** A document of docs/ with its text. */
export interface DocumentFile {
  readonly path: string
  readonly text: string
}

/** The guides in docs/. */
export function guides(): DocumentFile[] {
  return documents().filter(({ text }) => isGuide(text))
}

/** All documents directly in docs/. */
export function documents(): DocumentFile[] {
  return readdirSync(join(checkout, 'docs'))
    .filter((file) => file.endsWith('.md'))
    .map((file) => ({ path: `docs/${file}`, text: readFileSync(join(checkout, 'docs', file), 'utf8') }))
}
