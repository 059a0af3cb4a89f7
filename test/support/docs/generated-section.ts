import { fileURLToPath } from 'node:url'

/** The folder of the checkout; tests run from dist. */
export const checkout = fileURLToPath(new URL('../../../../', import.meta.url))

/** A part of a document that is made from the code, between `<!-- NAME:begin … -->` and `<!-- NAME:end -->`. */
export function sectionOf(document: string, name: string): string {
  const { start, end } = boundsOf(document, name)
  return document.slice(start, end).trim()
}

/** The document with another text in the part of that name. */
export function withSection(document: string, name: string, text: string): string {
  const { start, end } = boundsOf(document, name)
  return `${document.slice(0, start)}\n\n${text.trim()}\n\n${document.slice(end)}`
}

function boundsOf(document: string, name: string): { readonly start: number; readonly end: number } {
  const begin = new RegExp(`<!-- ${name}:begin\\b[^>]*-->`).exec(document)
  const end = document.indexOf(`<!-- ${name}:end -->`)
  if (begin === null || end < begin.index) throw new Error(`the document has no part "${name}"`)
  return { start: begin.index + begin[0].length, end }
}
