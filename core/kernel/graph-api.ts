import type { Clock } from '../contracts/clock.js'
import type { GraphsApi, GraphView } from '../contracts/plugin.js'
import type { TaskView } from '../contracts/task-record.js'
import type { TaskReference, TasksApi } from '../contracts/tasks-api.js'
import { TaskNotFoundError } from '../errors/task-errors.js'
import type { HandlerQuery, HandlerRegistry } from '../registry/handler-registry.js'
import { analyseGraph, type GraphAnalysis } from '../workflow/analysis/analyse-graph.js'
import { analyseTask, type TaskAnalysis } from '../workflow/analysis/analyse-task.js'
import { buildDependencyGraph } from '../workflow/dependency-graph.js'
import { withoutElements } from '../workflow/list-elements.js'

/** `tasker.graph`: the dependency graph of a definition or of a task, and what it says. */
export class GraphApi implements GraphsApi {
  readonly #handlers: HandlerRegistry
  readonly #tasks: TasksApi
  readonly #clock: Clock

  constructor(handlers: HandlerRegistry, tasks: TasksApi, clock: Clock) {
    this.#handlers = handlers
    this.#tasks = tasks
    this.#clock = clock
  }

  template(query: HandlerQuery | string): GraphView {
    const { definition } = this.#handlers.require(query)
    const nodes = definition.steps.map(({ name, dependsOn }) => ({ name, dependsOn }))
    const title = `${definition.namespace}.${definition.name}@${definition.version}`
    return { ...buildDependencyGraph(nodes), title, nodes }
  }

  async task(task: TaskReference): Promise<GraphView> {
    return graphOfTask(await this.#require(task))
  }

  analyseTemplate(query: HandlerQuery | string): GraphAnalysis {
    return analyseGraph(this.#handlers.require(query).definition.steps)
  }

  async analyseTask(task: TaskReference): Promise<TaskAnalysis> {
    return analyseTask(await this.#require(task), { now: this.#clock.now() })
  }

  async #require(task: TaskReference): Promise<TaskView> {
    const view = await this.#tasks.get(task)
    if (view === undefined) throw new TaskNotFoundError(typeof task === 'string' ? task : task.id)
    return view
  }
}

/** The graph of a task that is at hand, with the states that its steps have there. */
export function graphOfTask({ namespace, name: taskName, version, steps }: TaskView): GraphView {
  const nodes = withoutElements(steps).map(({ name, dependsOn, state, resolvedHow }) => ({
    name,
    dependsOn,
    state,
    resolvedHow,
  }))
  return { ...buildDependencyGraph(nodes), title: `${namespace}.${taskName}@${version}`, nodes }
}
