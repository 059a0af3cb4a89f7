import { type SourceLiteral, sourceLiteral } from './source-literal.js'
import { type SourceToken, sourceTokens } from './source-tokens.js'

/**
 * The object literal that a configuration file exports: as it is, in `defineConfig(…)`, by a constant, or returned by a function with a
 * single way out. Undefined where it is made in another way.
 *
 * @example
 * exportedLiteral("export default defineConfig({ handlers: ['./handlers'] })") // { kind: 'object', members: [handlers] }
 */
export function exportedLiteral(source: string): SourceLiteral | undefined {
  const tokens = sourceTokens(source)
  const place = tokens.findIndex(({ text }, index) => text === 'export' && tokens[index + 1]?.text === 'default')
  const start = place === -1 ? undefined : objectStart(tokens, place + 2)
  return start === undefined ? undefined : sourceLiteral(tokens, start)
}

/** Where the object begins that an expression gives. */
function objectStart(tokens: readonly SourceToken[], from: number): number | undefined {
  const { kind, text = '' } = tokens[from] ?? {}
  const next = tokens[from + 1]?.text
  if (text === '{') return from
  if (text === 'defineConfig' && next === '(') return objectStart(tokens, from + 2)
  if (text === 'async') return objectStart(tokens, from + 1)
  if (text === 'function') return functionStart(tokens, from)
  if (text === '(') return tokens[from + 1]?.text === '{' ? parenthesised(tokens, from) : arrowStart(tokens, from)
  if (kind !== 'word') return undefined
  return next === '=>' ? arrowStart(tokens, from) : constantStart(tokens, text)
}

/** `({ … })` is the object; `({ env }) => …` has it behind the arrow. */
function parenthesised(tokens: readonly SourceToken[], from: number): number | undefined {
  return tokens[closeOf(tokens, from) + 1]?.text === '=>' ? arrowStart(tokens, from) : from + 1
}

/** `const config = …`, of which there is one. */
function constantStart(tokens: readonly SourceToken[], name: string): number | undefined {
  const places = indexesOf(tokens, name).filter((at) => ['const', 'let', 'var'].includes(tokens[at - 1]?.text ?? ''))
  if (places.length !== 1) return undefined
  const equals = tokens.findIndex(({ kind, text }, index) => index > places[0]! && kind === 'sign' && text === '=')
  return equals === -1 ? undefined : objectStart(tokens, equals + 1)
}

/** Behind the parameters and `=>`. */
function arrowStart(tokens: readonly SourceToken[], from: number): number | undefined {
  const behind = tokens[from]?.text === '(' ? closeOf(tokens, from) + 1 : from + 1
  if (tokens[behind]?.text !== '=>') return undefined
  const body = behind + 1
  return tokens[body]?.text === '{' ? returnedStart(tokens, body) : objectStart(tokens, body)
}

function functionStart(tokens: readonly SourceToken[], from: number): number | undefined {
  const parameters = tokens.findIndex(({ text }, index) => index > from && text === '(')
  const body = closeOf(tokens, parameters) + 1
  return parameters !== -1 && tokens[body]?.text === '{' ? returnedStart(tokens, body) : undefined
}

function returnedStart(tokens: readonly SourceToken[], body: number): number | undefined {
  const end = closeOf(tokens, body)
  const returns = indexesOf(tokens, 'return').filter((at) => at > body && at < end)
  return returns.length === 1 ? objectStart(tokens, returns[0]! + 1) : undefined
}

function indexesOf(tokens: readonly SourceToken[], word: string): number[] {
  return tokens.flatMap(({ kind, text }, index) => (kind === 'word' && text === word ? [index] : []))
}

/** Of an opening bracket, where it is closed; behind the last piece if it is not. */
function closeOf(tokens: readonly SourceToken[], open: number): number {
  let depth = 0
  for (let at = open; at < tokens.length; at++) {
    const { kind, text } = tokens[at]!
    if (kind !== 'sign') continue
    if ('([{'.includes(text)) depth++
    if (')]}'.includes(text) && --depth === 0) return at
  }
  return tokens.length
}
