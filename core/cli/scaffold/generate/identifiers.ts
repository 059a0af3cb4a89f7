/** Words that cannot name a constant in a module, and names that the generated files use themselves. */
const taken = new Set([
  ...'await break case catch class const continue debugger default delete do else enum export extends false finally for'.split(
    ' ',
  ),
  ...'function if implements import in instanceof interface let new null package private protected public return'.split(
    ' ',
  ),
  ...'static super switch this throw true try typeof undefined var void while with yield arguments eval globalThis'.split(
    ' ',
  ),
  ...'after api assert before bus config createTestTasker defineEvent defineExporter definePlugin defineSubscriber'.split(
    ' ',
  ),
  ...'defineTask describe event eventExamples heard it lifecycleEventNames log name names output payload run'.split(
    ' ',
  ),
  ...'sample state steps subscription t task test text toJsonText written'.split(' '),
])

/** The words of a name: `processOrder`, `process_order` and `process-order` are the same two. */
function wordsOf(name: string): readonly string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .split(/[_.-]+/)
    .filter((word) => word !== '')
    .map((word) => word.toLowerCase())
}

/** `process-order`: how a file is named. */
export function kebabCase(name: string): string {
  return wordsOf(name).join('-')
}

/** `processOrder`: how what it exports is named; with a suffix where the plain name is a word of the language or used already. */
export function camelCase(name: string, suffix: string): string {
  const [first = '', ...rest] = wordsOf(name)
  const plain = first + rest.map(capitalized).join('')
  return taken.has(plain) ? `${plain}${capitalized(suffix)}` : plain
}

function capitalized(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1)
}

/** A text as it stands in TypeScript: `'it'`, `"it's"`. */
export function quoted(text: string): string {
  const escaped = JSON.stringify(text).slice(1, -1)
  const inner = escaped.replaceAll('\\"', '"')
  if (text.includes("'") && !text.includes('"')) return `"${escaped}"`
  return `'${inner.replaceAll("'", "\\'")}'`
}

/** A member of an object: `.receive`, `['take-back']`. */
export function member(name: string): string {
  return isIdentifier(name) ? `.${name}` : `[${quoted(name)}]`
}

function isIdentifier(name: string): boolean {
  return /^[a-z_$][\w$]*$/i.test(name)
}
