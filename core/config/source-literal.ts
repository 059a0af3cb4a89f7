import type { SourceToken } from './source-tokens.js'

/** A value as it stands in a source file, as far as it can be read without running it. */
export type SourceLiteral =
  | { readonly kind: 'object'; readonly members: readonly SourceMember[]; readonly isOpen: boolean }
  /** Elements from the start to the first one that is spread. */
  | { readonly kind: 'list'; readonly members: readonly SourceMember[]; readonly isOpen: boolean }
  | { readonly kind: 'constant'; readonly value: unknown }
  /** Only running it says what it is. */
  | { readonly kind: 'expression' }

/** A key of an object or an element of a list. */
export interface SourceMember {
  readonly key: string
  readonly at: number
  readonly value: SourceLiteral
}

const expression: SourceLiteral = { kind: 'expression' }
const words = new Map<string, unknown>([
  ['true', true],
  ['false', false],
  ['null', null],
])
const ends = new Set([',', '}', ']', ')', ';'])
const opening = new Set(['(', '[', '{'])
const closing = new Set([')', ']', '}'])

/**
 * Reads the literal that begins at a piece of a source file; `undefined` where the pieces cannot be told apart without a grammar of the
 * whole language: commas of type arguments look like those of members.
 *
 * @param isOpen of what it gives: there may be members that are not written there, from a spread or a computed key
 */
export function sourceLiteral(tokens: readonly SourceToken[], start: number): SourceLiteral | undefined {
  const reader = new LiteralReader(tokens, start)
  const value = reader.value()
  return reader.isLost ? undefined : value
}

class LiteralReader {
  readonly #tokens: readonly SourceToken[]
  #next: number
  isLost = false

  constructor(tokens: readonly SourceToken[], start: number) {
    this.#tokens = tokens
    this.#next = start
  }

  value(): SourceLiteral {
    const start = this.#next
    const found = this.#isSign('{') ? this.#object() : this.#isSign('[') ? this.#list() : this.#constant()
    const { text = ',' } = this.#tokens[this.#next] ?? {}
    if (ends.has(text)) return found
    // `{ … } as const` is what it was; `{ … }.a` or `[ … ][0]` is not.
    const isSame = text === 'as' || text === 'satisfies'
    if (!isSame) this.#next = start
    this.#skip()
    return isSame ? found : expression
  }

  #object(): SourceLiteral {
    const members: SourceMember[] = []
    let isOpen = false
    this.#next++
    while (!this.#ended('}')) {
      const member = this.#member()
      if (member === undefined) isOpen = true
      else members.push(member)
      if (this.#isSign(',')) this.#next++
    }
    return { kind: 'object', members, isOpen }
  }

  /** `key: value`, `key`, `key() { … }`; undefined for what gives keys that are not written. */
  #member(): SourceMember | undefined {
    const { kind, text, at } = this.#tokens[this.#next]!
    const isKey = kind === 'word' || kind === 'text' || kind === 'number'
    const after = this.#tokens[this.#next + 1]?.text ?? ''
    if (!isKey || !(after === ':' || after === '(' || ends.has(after))) {
      this.#skip()
      return undefined
    }
    const key = kind === 'text' ? String(textValue(text)) : text
    this.#next++
    if (after !== ':') {
      this.#skip()
      return { key, at, value: expression }
    }
    this.#next++
    return { key, at, value: this.value() }
  }

  #list(): SourceLiteral {
    const members: SourceMember[] = []
    let isOpen = false
    this.#next++
    while (!this.#ended(']')) {
      const { at } = this.#tokens[this.#next]!
      isOpen ||= this.#isSign('...') || this.#isSign(',')
      const value = this.value()
      if (!isOpen) members.push({ key: String(members.length), at, value })
      if (this.#isSign(',')) this.#next++
    }
    return { kind: 'list', members, isOpen }
  }

  #constant(): SourceLiteral {
    const isNegative = this.#isSign('-')
    if (isNegative) this.#next++
    const { kind, text = '' } = this.#tokens[this.#next] ?? {}
    this.#next++
    if (kind === 'number') return { kind: 'constant', value: Number(text.replaceAll('_', '')) * (isNegative ? -1 : 1) }
    if (isNegative) return expression
    if (kind === 'text') return { kind: 'constant', value: textValue(text) }
    return words.has(text) ? { kind: 'constant', value: words.get(text) } : expression
  }

  /** To the end of a member. */
  #skip(): void {
    let depth = 0
    for (; this.#next < this.#tokens.length; this.#next++) {
      const { kind, text } = this.#tokens[this.#next]!
      if (kind !== 'sign') continue
      if (depth === 0 && ends.has(text)) return
      if (depth === 0 && text === '<') this.isLost = true
      if (opening.has(text)) depth++
      if (closing.has(text)) depth--
    }
  }

  /** Whether the list of members ends here; behind its end. */
  #ended(end: string): boolean {
    const token = this.#tokens[this.#next]
    // Something else closes, or nothing does: this is not what it was taken for.
    if (token === undefined || (token.kind === 'sign' && (closing.has(token.text) || token.text === ';'))) {
      if (token?.text !== end) this.isLost = true
      this.#next++
      return true
    }
    return false
  }

  #isSign(text: string): boolean {
    const token = this.#tokens[this.#next]
    return token?.kind === 'sign' && token.text === text
  }
}

/** What a text means, where it has no escapes but those that JSON has as well; else itself, which equals nothing. */
function textValue(written: string): unknown {
  const inner = written.slice(1, -1)
  if (!inner.includes('\\')) return inner
  try {
    return JSON.parse(`"${inner.replaceAll("\\'", "'").replaceAll(/(?<!\\)"/g, '\\"')}"`)
  } catch {
    return Symbol(written)
  }
}
