import type { GraphsApi, GraphView } from '../contracts/plugin.js'
import type { TaskReference, TasksApi } from '../contracts/tasks-api.js'
import { TaskNotFoundError } from '../errors/task-errors.js'
import type { HandlerQuery, HandlerRegistry } from '../registry/handler-registry.js'
import { buildDependencyGraph } from '../workflow/dependency-graph.js'

/** `tasker.graph`: the dependency graph of a definition or of a task. */
export class GraphApi implements GraphsApi {
  readonly #handlers: HandlerRegistry
  readonly #tasks: TasksApi

  constructor(handlers: HandlerRegistry, tasks: TasksApi) {
    this.#handlers = handlers
    this.#tasks = tasks
  }

  /** Of a registered task: `payments/refund@^2` or `{ namespace, name, version }`. */
  template(query: HandlerQuery | string): GraphView {
    const { definition } = this.#handlers.require(query)
    const nodes = definition.steps.map(({ name, dependsOn }) => ({ name, dependsOn }))
    const title = `${definition.namespace}.${definition.name}@${definition.version}`
    return { ...buildDependencyGraph(nodes), title, nodes }
  }

  /** Of a task, with the states of its steps. */
  async task(task: TaskReference): Promise<GraphView> {
    const view = await this.#tasks.get(task)
    if (view === undefined) throw new TaskNotFoundError(typeof task === 'string' ? task : task.id)
    const nodes = view.steps.map(({ name, dependsOn, state }) => ({ name, dependsOn, state }))
    return { ...buildDependencyGraph(nodes), title: `${view.namespace}.${view.name}@${view.version}`, nodes }
  }
}
