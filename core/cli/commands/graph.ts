import { Command } from 'commander'
import type { GraphView } from '../../contracts/plugin.js'
import { TaskNotFoundError } from '../../errors/task-errors.js'
import { graphOfTask } from '../../kernel/graph-api.js'
import type { Tasker } from '../../kernel/tasker.js'
import type { GraphAnalysis } from '../../workflow/analysis/analyse-graph.js'
import { analyseTask } from '../../workflow/analysis/analyse-task.js'
import { drawGraphAsDot, drawGraphAsMermaid, drawGraphAsText } from '../../workflow/graph-picture.js'
import { pictureStatesOf } from '../../workflow/picture-states.js'
import { parseChoice } from '../option-parsers.js'
import type { Session } from '../session.js'
import { isTaskId, parseTaskId } from '../task-reference.js'

const formats = ['text', 'mermaid', 'dot', 'json'] as const
type Format = (typeof formats)[number]

/** `graph`: the dependency graph of a task. */
export function graphCommand(session: Session): Command {
  return new Command('graph')
    .description('draw the dependency graph of a task, with its levels and longest path; as JSON, its analysis as well')
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
      const { graph, analysis } = await session.withTasker({ purpose }, (tasker) => lookAt(tasker, name))
      if (options.json === true || options.format === 'json') session.printJson(graphDocument(graph, analysis))
      else session.print(draw(session, graph, options.format))
    })
}

function draw(session: Session, graph: GraphView, format: Exclude<Format, 'json'>): string {
  const picture = { title: graph.title, states: pictureStatesOf(graph.nodes) }
  if (format === 'mermaid') return drawGraphAsMermaid(graph, picture)
  if (format === 'dot') return drawGraphAsDot(graph, picture)
  const { width } = session
  const colours = session.usesColours(session.terminal.stdout)
  return drawGraphAsText(graph, { ...picture, colours, ...(width === undefined ? {} : { width }) })
}

interface Looked {
  readonly graph: GraphView
  readonly analysis: GraphAnalysis
}

/** A task is read once, so that its graph and its analysis are of the same moment. */
async function lookAt(tasker: Tasker, name: string): Promise<Looked> {
  if (!isTaskId(name)) return { graph: tasker.graph.template(name), analysis: tasker.graph.analyseTemplate(name) }
  const view = await tasker.tasks.get(parseTaskId(name))
  if (view === undefined) throw new TaskNotFoundError(name)
  return { graph: graphOfTask(view), analysis: analyseTask(view) }
}

/** What `graph --json` gives; of a task, `analysis` says besides where it stands. */
export function graphDocument(graph: GraphView, analysis: GraphAnalysis) {
  const { title, nodes, levels, levelsList, longestPath, roots, leaves, maxParallelism } = graph
  return {
    task: title,
    steps: nodes.map((node) => ({ ...node, level: levels.get(node.name)! + 1 })),
    levels: levelsList,
    longestPath,
    roots,
    leaves,
    maxParallelism,
    analysis,
  }
}
