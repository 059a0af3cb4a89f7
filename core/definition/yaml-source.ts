import { type Document, isAlias, isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml'
import { TaskYamlError, type YamlProblem } from '../errors/task-yaml-errors.js'

/** A path into a document: keys and indexes. */
export type YamlPath = readonly (string | number)[]

/** A YAML text with its values, which knows the line and the column of each. */
export class YamlSource {
  readonly file: string
  readonly value: unknown
  readonly #document: Document
  readonly #lines: LineCounter

  /** @throws TaskYamlError when the text is not YAML */
  constructor(text: string, file: string) {
    this.file = file
    this.#lines = new LineCounter()
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false, merge: true })
    if (this.#document.errors.length > 0) {
      const problems = this.#document.errors.map(({ pos, message }) => this.#problemAt(pos[0], message))
      throw new TaskYamlError(file, problems, this.#document.errors[0])
    }
    this.value = this.#document.toJS()
  }

  /** A problem at the value of a path; at its key with `at: 'key'`; at the nearest place above where there is none. */
  problem(path: YamlPath, message: string, at: 'key' | 'value' = 'value'): YamlProblem {
    return this.#problemAt(this.#offset(path, at), message)
  }

  /** Whether the document has a value at a path. */
  has(path: YamlPath): boolean {
    return this.#document.hasIn(path)
  }

  #problemAt(offset: number, message: string): YamlProblem {
    const { line, col } = this.#lines.linePos(offset)
    return { line, column: col, message }
  }

  #offset(path: YamlPath, at: 'key' | 'value'): number {
    let node: Node | null = this.#document.contents
    let offset = startOf(node) ?? 0
    for (const [depth, part] of path.entries()) {
      const found = this.#child(node, part)
      if (found === undefined) return offset
      const wantsKey = at === 'key' && depth === path.length - 1
      offset = (wantsKey ? startOf(found.key) : undefined) ?? startOf(found.value) ?? startOf(found.key) ?? offset
      node = found.value
    }
    return offset
  }

  #child(parent: Node | null, part: string | number): { key: Node | null; value: Node | null } | undefined {
    const node = isAlias(parent) ? parent.resolve(this.#document) : parent
    if (isSeq(node)) {
      const value = node.items[Number(part)]
      return isNode(value) ? { key: null, value } : undefined
    }
    if (!isMap(node)) return undefined
    const pair = node.items.find(({ key }) => (isScalar(key) ? String(key.value) : String(key)) === String(part))
    return pair && { key: isNode(pair.key) ? pair.key : null, value: isNode(pair.value) ? pair.value : null }
  }
}

function startOf(node: Node | null | undefined): number | undefined {
  return node?.range?.[0]
}
