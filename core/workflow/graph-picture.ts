import type { DependencyGraph } from './dependency-graph.js'
import { drawLanes, type LaneRow } from './graph-lanes.js'
import type { PictureState } from './picture-states.js'

export interface GraphPictureOptions {
  /** Stands above the picture. */
  readonly title?: string
  /** Step name → state; without it no step has one. */
  readonly states?: ReadonlyMap<string, PictureState>
}

export interface GraphTextOptions extends GraphPictureOptions {
  /** Step name → what to say of it beside its name: `attempt 2 of 3`. */
  readonly notes?: ReadonlyMap<string, string>
  /** ANSI colours by state. Default false. */
  readonly colours?: boolean
  /** Nothing but ASCII. Default false. */
  readonly ascii?: boolean
  /** Longest line, in characters. Default: as long as it needs. */
  readonly width?: number
}

/** More lines than that side by side cannot be followed by eye; levels are listed instead. */
const MAX_COLUMNS = 16
/** Names of one list that are shown before it says how many there are besides. */
const MAX_NAMES = 6

interface Look {
  readonly mark: string
  readonly ascii: string
  /** ANSI code. */
  readonly colour: number
  readonly fill: string
}

const looks: Readonly<Record<PictureState, Look>> = {
  pending: { mark: '○', ascii: 'o', colour: 2, fill: 'lightblue' },
  in_progress: { mark: '◐', ascii: '>', colour: 36, fill: 'gold' },
  complete: { mark: '✔', ascii: '+', colour: 32, fill: 'palegreen' },
  error: { mark: '✖', ascii: 'x', colour: 31, fill: 'salmon' },
  cancelled: { mark: '⊘', ascii: '-', colour: 33, fill: 'lightgray' },
  resolved_manually: { mark: '✔', ascii: '+', colour: 35, fill: 'plum' },
  skipped: { mark: '↷', ascii: '~', colour: 2, fill: 'whitesmoke' },
}

/**
 * Draws a dependency graph for a terminal: one row a step, its level on the left, lines from each step to those that depend on
 * it, and below it the longest path. Ends without a line break.
 *
 * @example
 * 1  ●    load_order
 *    ├─╮
 * 2  │ ●  charge          ← load_order
 * 2  ● │  reserve_stock   ← load_order
 *    ├─╯
 * 3  ●    confirm         ← charge, reserve_stock
 */
export function drawGraphAsText(graph: DependencyGraph, options: GraphTextOptions = {}): string {
  const ascii = options.ascii ?? false
  const rows = drawLanes(graph, { mark: (name) => markOf(name, options), ascii, maxColumns: MAX_COLUMNS })
  const picture = rows === undefined ? levelRows(graph, options) : laneRows(graph, rows, options)
  const title = options.title === undefined ? [] : [options.title, '']
  return [...title, ...picture, ...summary(graph, options)].join('\n')
}

function laneRows(graph: DependencyGraph, rows: readonly LaneRow[], options: GraphTextOptions): string[] {
  const drawn = rows.reduce((widest, row) => Math.max(widest, row.cells.length), 0) * 2
  const levelWidth = String(graph.levelsList.length).length
  const label = labeller(graph, options, levelWidth + drawn + 3)
  return rows.map(({ cells, step, column }) => {
    if (step === undefined) return `${' '.repeat(levelWidth)}  ${cells.join('')}`.trimEnd()
    const level = String(graph.levels.get(step)! + 1).padStart(levelWidth)
    const lanes = cells.map((cell, at) => (at === column ? paint(step, cell, options) : cell)).join('')
    return `${level}  ${lanes}${' '.repeat(drawn - cells.length * 2 + 1)}${label(step)}`
  })
}

function levelRows(graph: DependencyGraph, options: GraphTextOptions): string[] {
  const label = labeller(graph, options, 4)
  return graph.levelsList.flatMap((names, level) => [
    `level ${level + 1} (${plural(names.length, 'step')})`,
    ...names.map((name) => `  ${paint(name, markOf(name, options), options)} ${label(name)}`),
  ])
}

/** Gives the text beside a mark: name, note, and what it depends on, aligned, and cut to what the line has room for. */
function labeller(graph: DependencyGraph, options: GraphTextOptions, indent: number): (name: string) => string {
  const nameWidth = longest(graph.order)
  const noteWidth = longest(options.notes?.values() ?? [])
  const room = (options.width ?? Number.POSITIVE_INFINITY) - indent
  const arrow = options.ascii ? '<-' : '←'
  return (name) => {
    const note = noteWidth === 0 ? '' : `   ${(options.notes?.get(name) ?? '').padEnd(noteWidth)}`
    const parents = graph.parents.get(name)!
    const after = parents.length === 0 ? '' : `   ${arrow} ${listed(parents)}`
    return cut(`${name.padEnd(nameWidth)}${note}${after}`.trimEnd(), room, options)
  }
}

function summary(graph: DependencyGraph, options: GraphTextOptions): string[] {
  const count = graph.order.length
  if (count === 0) return ['no steps']
  const levels = graph.levelsList.length
  const arrow = options.ascii ? ' -> ' : ' → '
  const path = graph.longestPath
  const gap = options.ascii ? '...' : '…'
  const shown = path.length > 2 * MAX_NAMES ? [...path.slice(0, MAX_NAMES), gap, ...path.slice(-MAX_NAMES)] : path
  return [
    '',
    `${plural(count, 'step')} in ${plural(levels, 'level')}, up to ${graph.maxParallelism} at once`,
    cut(`longest path: ${shown.join(arrow)}`, options.width ?? Number.POSITIVE_INFINITY, options),
  ]
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/**
 * Draws a dependency graph as a Mermaid flowchart, coloured by state where states are given.
 *
 * @see https://mermaid.js.org/syntax/flowchart.html
 */
export function drawGraphAsMermaid(graph: DependencyGraph, options: GraphPictureOptions = {}): string {
  const ids = new Map(graph.order.map((name, index) => [name, `s${index}`]))
  const title = options.title === undefined ? [] : ['---', `title: ${JSON.stringify(options.title)}`, '---']
  const lines = [...title, 'flowchart TD']
  for (const name of graph.order) {
    const state = options.states?.get(name)
    lines.push(`  ${ids.get(name)}["${mermaidText(name)}"]${state === undefined ? '' : `:::${state}`}`)
  }
  for (const name of graph.order) {
    for (const child of graph.children.get(name)!) lines.push(`  ${ids.get(name)} --> ${ids.get(child)}`)
  }
  for (const state of usedStates(options)) lines.push(`  classDef ${state} fill:${looks[state].fill},color:black`)
  return lines.join('\n')
}

/**
 * Draws a dependency graph in the DOT language of Graphviz, coloured by state where states are given.
 *
 * @see https://graphviz.org/doc/info/lang.html
 */
export function drawGraphAsDot(graph: DependencyGraph, options: GraphPictureOptions = {}): string {
  const lines = ['digraph task {', '  node [shape=box, style="rounded,filled", fillcolor=white]']
  if (options.title !== undefined) lines.push(`  label=${dotText(options.title)}`, '  labelloc=t')
  for (const name of graph.order) {
    const state = options.states?.get(name)
    const attributes = state === undefined ? '' : ` [fillcolor=${looks[state].fill}, tooltip=${dotText(state)}]`
    lines.push(`  ${dotText(name)}${attributes}`)
  }
  for (const name of graph.order) {
    for (const child of graph.children.get(name)!) lines.push(`  ${dotText(name)} -> ${dotText(child)}`)
  }
  return [...lines, '}'].join('\n')
}

function usedStates(options: GraphPictureOptions): PictureState[] {
  return [...new Set(options.states?.values())]
}

function markOf(name: string, options: GraphTextOptions): string {
  const state = options.states?.get(name)
  if (state === undefined) return options.ascii ? '*' : '●'
  return options.ascii ? looks[state].ascii : looks[state].mark
}

function paint(name: string, text: string, options: GraphTextOptions): string {
  const state = options.states?.get(name)
  return options.colours && state !== undefined ? `\u001b[${looks[state].colour}m${text}\u001b[0m` : text
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, MAX_NAMES).join(', ')
  return names.length > MAX_NAMES ? `${shown} and ${names.length - MAX_NAMES} more` : shown
}

function longest(texts: Iterable<string>): number {
  let width = 0
  for (const text of texts) width = Math.max(width, text.length)
  return width
}

function cut(text: string, room: number, options: GraphTextOptions): string {
  if (text.length <= room) return text
  const ellipsis = options.ascii ? '...' : '…'
  return `${text.slice(0, Math.max(0, room - ellipsis.length))}${ellipsis}`
}

/** Mermaid reads quotes, angle brackets and entities in a label. */
function mermaidText(text: string): string {
  return text.replace(/[&"<>#`]/g, (character) => `#${character.codePointAt(0)};`)
}

function dotText(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&')}"`
}
