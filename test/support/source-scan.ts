/** What the rules of the house need to know of a source file; read without the compiler. */
export interface ScannedSource {
  /** Specifiers of imports and re-exports of every kind: static, type-only, dynamic, `import('…')` types, `require`. */
  readonly imports: readonly string[]
  /** The code with comments blanked out and the contents of texts and regular expressions taken away. */
  readonly code: string
  /** The code with comments blanked out only. */
  readonly codeWithTexts: string
}

interface Token {
  readonly kind: 'code' | 'text' | 'blank'
  readonly content: string
}

/** Where a slash begins a regular expression and not a division. */
const beforeRegex =
  /(?:^|[=(,:[!&|?{};+\-*%~^<>]|\b(?:return|typeof|case|in|of|do|else|void|delete|throw|new|await|yield))\s*$/

const importPatterns = [
  // import x from, import type { x } from, export { x } from, export * from
  /\b(?:import|export)\b[^;'"`§()=]*?\bfrom\s*§(\d+)§/g,
  // import '…'
  /\bimport\s*§(\d+)§/g,
  // import('…') as expression and as type, require('…')
  /(?<![.\w#])(?:import|require)\s*\(\s*§(\d+)§/g,
]

/** Reads a TypeScript or JavaScript source. Texts, code in template literals and comments are never taken for imports. */
export function scanSource(source: string): ScannedSource {
  const tokens = tokenize(source)
  const texts: string[] = []
  const marked = tokens
    .map(({ kind, content }) => (kind === 'text' ? `§${texts.push(content) - 1}§` : kind === 'blank' ? ' ' : content))
    .join('')
  const imports = importPatterns.flatMap((pattern) =>
    Array.from(marked.matchAll(pattern), ([, index]) => texts[Number(index)]!),
  )
  return {
    imports: [...new Set(imports)],
    code: tokens.map(({ kind, content }) => (kind === 'code' ? content : kind === 'text' ? "''" : ' ')).join(''),
    codeWithTexts: tokens.map(({ kind, content }) => (kind === 'text' ? `'${content}'` : content)).join(''),
  }
}

function tokenize(source: string): Token[] {
  const tokens: Token[] = []
  /** For each template literal that we are inside of: how many braces are open in its current hole. */
  const holes: number[] = []
  let code = ''
  let at = 0
  const push = (kind: Token['kind'], content: string, end: number) => {
    if (code !== '') tokens.push({ kind: 'code', content: code })
    code = ''
    tokens.push({ kind, content })
    at = end
  }
  while (at < source.length) {
    const two = source.slice(at, at + 2)
    const character = source[at]!
    if (two === '//') push('blank', ' ', endOf(source, '\n', at))
    else if (two === '/*') push('blank', ' ', endOf(source, '*/', at + 2) + 2)
    else if (character === "'" || character === '"') {
      const end = closing(source, character, at + 1)
      push('text', source.slice(at + 1, end), end + 1)
    } else if (character === '`' || (character === '}' && holes.at(-1) === 0)) {
      const isStart = character === '`'
      if (!isStart) holes.pop()
      const end = templateEnd(source, at + 1)
      push('text', source.slice(at + 1, end), source[end] === '`' ? end + 1 : end + 2)
      if (source[end] === '$') holes.push(0)
    } else if (character === '/' && beforeRegex.test(code === '' ? lastCode(tokens) : code)) {
      push('blank', ' ', regexEnd(source, at + 1))
    } else {
      if (holes.length > 0 && character === '{') holes[holes.length - 1]!++
      if (holes.length > 0 && character === '}') holes[holes.length - 1]!--
      code += character
      at++
    }
  }
  if (code !== '') tokens.push({ kind: 'code', content: code })
  return tokens
}

function lastCode(tokens: readonly Token[]): string {
  const last = tokens.findLast(({ kind }) => kind !== 'blank')
  return last === undefined ? '' : last.kind === 'text' ? 'text' : last.content
}

function endOf(source: string, mark: string, from: number): number {
  const found = source.indexOf(mark, from)
  return found === -1 ? source.length : found
}

function closing(source: string, quote: string, from: number): number {
  let at = from
  while (at < source.length && source[at] !== quote && source[at] !== '\n') at += source[at] === '\\' ? 2 : 1
  return at
}

function templateEnd(source: string, from: number): number {
  let at = from
  while (at < source.length && source[at] !== '`' && !(source[at] === '$' && source[at + 1] === '{')) {
    at += source[at] === '\\' ? 2 : 1
  }
  return at
}

function regexEnd(source: string, from: number): number {
  let at = from
  let isInClass = false
  while (at < source.length && source[at] !== '\n' && (isInClass || source[at] !== '/')) {
    if (source[at] === '[') isInClass = true
    if (source[at] === ']') isInClass = false
    at += source[at] === '\\' ? 2 : 1
  }
  return at + 1
}
