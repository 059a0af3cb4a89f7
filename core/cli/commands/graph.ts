import { Command } from 'commander'
import type { GraphView } from '../../contracts/plugin.js'
import { drawGraphAsDot, drawGraphAsMermaid, drawGraphAsText, type PictureState } from '../../workflow/graph-picture.js'
import { parseChoice } from '../option-parsers.js'
import type { Session } from '../session.js'
import { isTaskId } from '../task-reference.js'

const formats = ['text', 'mermaid', 'dot', 'json'] as const
type Format = (typeof formats)[number]

/** `graph`: the dependency graph of a task. */
export function graphCommand(session: Session): Command {
  return new Command('graph')
    .description('draw the dependency graph of a task, with its levels and longest path')
    .argument('<NAMESPACE/NAME[@RANGE]>', 'which task, or the id of one that was created')
    .option(
      '-f, --format <format>',
      `one of ${formats.join(', ')}`,
      (text) => parseChoice('--format', text, formats),
      'text',
    )
    .option('--json', 'the same as --format json')
    .addHelpText(
      'after',
      '\nExamples:\n  $ tasker graph payments/process_order\n  $ tasker graph payments/process_order --format mermaid',
    )
    .action(async (name: string, options: { readonly format: Format; readonly json?: boolean }) => {
      const purpose = isTaskId(name) ? 'operate' : 'look'
      const graph = await session.withTasker({ purpose }, async (tasker) =>
        isTaskId(name) ? tasker.graph.task(name) : tasker.graph.template(name),
      )
      if (options.json === true || options.format === 'json') session.printJson(graphDocument(graph))
      else session.print(draw(session, graph, options.format))
    })
}

function draw(session: Session, graph: GraphView, format: Exclude<Format, 'json'>): string {
  const picture = { title: graph.title, states: statesOf(graph) }
  if (format === 'mermaid') return drawGraphAsMermaid(graph, picture)
  if (format === 'dot') return drawGraphAsDot(graph, picture)
  const { width } = session
  const colours = session.usesColours(session.terminal.stdout)
  return drawGraphAsText(graph, { ...picture, colours, ...(width === undefined ? {} : { width }) })
}

function statesOf({ nodes }: GraphView): ReadonlyMap<string, PictureState> {
  return new Map(nodes.flatMap(({ name, state }) => (state === undefined ? [] : [[name, state] as const])))
}

/** What `graph --json` gives. */
export function graphDocument(graph: GraphView) {
  const { title, nodes, levels, levelsList, longestPath, roots, leaves, maxParallelism } = graph
  return {
    task: title,
    steps: nodes.map((node) => ({ ...node, level: levels.get(node.name)! + 1 })),
    levels: levelsList,
    longestPath,
    roots,
    leaves,
    maxParallelism,
  }
}
