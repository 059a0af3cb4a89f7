import type { DependencyGraph } from './dependency-graph.js'

/** One line of a lane drawing: a step's, or, without `step`, one that only joins lines. */
export interface LaneRow {
  /** One entry a column, two characters wide: what stands there and what leads to the next column. */
  readonly cells: readonly string[]
  readonly step?: string
  /** Column of the step's mark. */
  readonly column?: number
}

export interface LaneOptions {
  /** The mark of a step, one character wide. */
  readonly mark: (stepName: string) => string
  readonly ascii: boolean
  /** Gives up beyond so many lines side by side, because nobody can follow them. */
  readonly maxColumns: number
}

/**
 * Draws a graph as `git log --graph` does: one row a step, below all that it depends on, and one vertical line for each step
 * that later ones depend on. A line that ends in a corner joins; one that is crossed has a gap in the crossing line.
 * Gives undefined if it needs more columns than allowed.
 */
export function drawLanes(graph: DependencyGraph, options: LaneOptions): readonly LaneRow[] | undefined {
  const lanes = new Lanes(graph, options)
  for (const name of chainOrder(graph)) {
    lanes.place(name)
    if (lanes.columns > options.maxColumns) return undefined
  }
  return lanes.rows
}

/** A topological order that stays with a chain as long as it can, which needs fewer lines than level by level. */
function chainOrder(graph: DependencyGraph): string[] {
  const waiting = new Map([...graph.parents].map(([name, parents]) => [name, parents.length]))
  const stack = [...graph.roots].reverse()
  const order: string[] = []
  for (let name = stack.pop(); name !== undefined; name = stack.pop()) {
    order.push(name)
    const ready = graph.children.get(name)!.filter((child) => {
      const left = waiting.get(child)! - 1
      waiting.set(child, left)
      return left === 0
    })
    stack.push(...ready.reverse())
  }
  return order
}

class Lanes {
  readonly rows: LaneRow[] = []
  /** The step whose line runs in the column. */
  readonly #lanes: (string | undefined)[] = []
  /** Columns in which a line leaves the last row downwards. */
  #open = new Set<number>()
  readonly #childrenLeft: Map<string, number>
  readonly #graph: DependencyGraph
  readonly #options: LaneOptions

  constructor(graph: DependencyGraph, options: LaneOptions) {
    this.#graph = graph
    this.#options = options
    this.#childrenLeft = new Map([...graph.children].map(([name, children]) => [name, children.length]))
  }

  get columns(): number {
    return this.#lanes.length
  }

  place(name: string): void {
    const parents = new Set(this.#graph.parents.get(name))
    const from = this.#lanes.flatMap((source, column) => (source !== undefined && parents.has(source) ? [column] : []))
    const ending = new Set(from.filter((column) => this.#childrenLeft.get(this.#lanes[column]!) === 1))
    const column = [...ending][0] ?? this.#freeColumn()
    const isStraight = from.length === 1 && from[0] === column
    if (from.length > 0 && !(isStraight && this.#open.has(column))) this.#join(from, ending, column)
    if (from.length === 0 && this.rows.at(-1)?.column === column) this.rows.push({ cells: this.#lines() })
    for (const parent of parents) this.#childrenLeft.set(parent, this.#childrenLeft.get(parent)! - 1)
    for (const end of ending) this.#lanes[end] = undefined
    this.#lanes[column] = this.#childrenLeft.get(name)! > 0 ? name : undefined
    this.#mark(name, column)
    while (this.#lanes.length > 0 && this.#lanes.at(-1) === undefined) this.#lanes.pop()
  }

  #freeColumn(): number {
    const free = this.#lanes.indexOf(undefined)
    return free === -1 ? this.#lanes.length : free
  }

  #mark(name: string, column: number): void {
    const cells = this.#lines()
    cells[column] = `${this.#options.mark(name)} `
    this.rows.push({ cells, step: name, column })
    this.#open = new Set([...this.#lanes.keys()].filter((at) => at !== column && this.#lanes[at] !== undefined))
  }

  #lines(): string[] {
    return Array.from(this.#lanes, (lane) => (lane === undefined ? '  ' : this.#options.ascii ? '| ' : '│ '))
  }

  #join(from: readonly number[], ending: ReadonlySet<number>, column: number): void {
    const first = Math.min(column, ...from)
    const last = Math.max(column, ...from)
    const ends = new Set([...from, column])
    const cells: string[] = []
    this.#open = new Set()
    for (let at = 0; at < Math.max(this.#lanes.length, last + 1); at++) {
      const isEnd = ends.has(at)
      const isBetween = at >= first && at <= last
      const up = this.#lanes[at] !== undefined
      const down = at === column || (up && !ending.has(at))
      const left = isEnd ? at > first : isBetween && !up
      const right = isEnd ? at < last : isBetween && !up
      if (down) this.#open.add(at)
      const line = isBetween && at < last ? (this.#options.ascii ? '-' : '─') : ' '
      cells.push(corner({ up, down, left, right }, this.#options.ascii) + line)
    }
    this.rows.push({ cells })
  }
}

interface Directions {
  readonly up: boolean
  readonly down: boolean
  readonly left: boolean
  readonly right: boolean
}

/** Indexed by up 1, down 2, left 4, right 8. */
const corners = ' ╵╷│╴╯╮┤╶╰╭├─┴┬┼'
const asciiCorners = " ''|-++|-++|-+++"

function corner({ up, down, left, right }: Directions, ascii: boolean): string {
  const index = (up ? 1 : 0) + (down ? 2 : 0) + (left ? 4 : 0) + (right ? 8 : 0)
  return (ascii ? asciiCorners : corners)[index]!
}
