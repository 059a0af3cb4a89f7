/** A piece of a source file of JavaScript or TypeScript. */
export interface SourceToken {
  readonly kind: 'word' | 'text' | 'number' | 'template' | 'pattern' | 'sign'
  /** As it is written. */
  readonly text: string
  /** Where it begins, in characters from the start of the file. */
  readonly at: number
}

const space = /\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\//y
const word = /[\p{ID_Start}$_#][\p{ID_Continue}$]*/uy
const number = /\d[\w.]*/y
const text = /'(?:[^'\\\n]|\\[\s\S])*'|"(?:[^"\\\n]|\\[\s\S])*"/y
const pattern = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y
const sign = /\.\.\.|=>|[\s\S]/y

/** Words after which a slash begins a regular expression, as after most signs. */
const beforeValue = new Set(['return', 'typeof', 'case', 'in', 'of', 'void', 'delete', 'await', 'default'])

/** The pieces of a source file that could be loaded, without its comments. A template with what is in it is one piece. */
export function sourceTokens(source: string): SourceToken[] {
  const tokens: SourceToken[] = []
  for (let at = skip(source, 0); at < source.length; ) {
    const token = tokenAt(source, at, tokens.at(-1))
    tokens.push(token)
    at = skip(source, at + token.text.length)
  }
  return tokens
}

function skip(source: string, from: number): number {
  let at = from
  for (let found = match(space, source, at); found !== ''; found = match(space, source, at)) at += found.length
  return at
}

function tokenAt(source: string, at: number, before: SourceToken | undefined): SourceToken {
  if (source[at] === '`') return { kind: 'template', text: source.slice(at, templateEnd(source, at)), at }
  const kinds = [['word', word] as const, ['number', number] as const, ['text', text] as const]
  for (const [kind, form] of kinds) {
    const found = match(form, source, at)
    if (found !== '') return { kind, text: found, at }
  }
  const found = beginsPattern(before) ? match(pattern, source, at) : ''
  return found === '' ? { kind: 'sign', text: match(sign, source, at), at } : { kind: 'pattern', text: found, at }
}

function beginsPattern(before: SourceToken | undefined): boolean {
  if (before === undefined) return true
  if (before.kind === 'word') return beforeValue.has(before.text)
  return before.kind === 'sign' && before.text !== ')' && before.text !== ']' && before.text !== '}'
}

/** Behind the closing backtick; in `${ }` there may be code with braces, texts and templates of its own. */
function templateEnd(source: string, from: number): number {
  for (let at = from + 1; at < source.length; at++) {
    if (source[at] === '\\') at++
    else if (source[at] === '`') return at + 1
    else if (source.startsWith('${', at)) at = codeEnd(source, at + 2)
  }
  return source.length
}

function codeEnd(source: string, from: number): number {
  let depth = 0
  let before: SourceToken | undefined
  for (let at = skip(source, from); at < source.length; at = skip(source, at + before.text.length)) {
    before = tokenAt(source, at, before)
    if (before.kind === 'sign' && before.text === '{') depth++
    if (before.kind === 'sign' && before.text === '}' && depth-- === 0) return at
  }
  return source.length
}

function match(form: RegExp, source: string, at: number): string {
  form.lastIndex = at
  return form.exec(source)?.[0] ?? ''
}
