import type { DependencyContainer } from 'tsyringe'
import type { GraphAnalysis } from '../workflow/analysis/analyse-graph.js'
import type { TaskAnalysis } from '../workflow/analysis/analyse-task.js'
import type { DependencyGraph } from '../workflow/dependency-graph.js'
import type { StepState } from '../workflow/state-machines.js'
import type { ResolvedHow } from '../workflow/task-record.js'
import type { DatabaseAccess } from './database-access.js'
import type { DependentSystemsApi } from './dependent-systems.js'
import type { TaskerEvents } from './events-api.js'
import type { ExporterDefinition, ExportsApi } from './exporter.js'
import type { HealthApi } from './health.js'
import type { Hooks } from './hooks.js'
import type { LimitsApi } from './limits.js'
import type { Logger } from './logger.js'
import type { MetricsApi } from './metrics.js'
import type { NamespacesApi } from './namespaces.js'
import type { Queue } from './queue.js'
import type { SchedulesApi } from './schedule.js'
import type { DefinedSubscriber, SubscriberClass } from './subscriber.js'
import type { DefinedTask, JsonSchema } from './task-definition.js'
import type { StepsApi, TaskReference, TasksApi } from './tasks-api.js'

/** Values that plugins give to each other; augment it to type `plugins.require(name)`. */
// biome-ignore lint/suspicious/noEmptyInterface: open for augmentation by plugins
export interface PluginApis {}

/** What a plugin's `setup` may use. */
export interface PluginContext {
  /** The container that builds classes; register what yours inject. */
  readonly container: DependencyContainer
  /** The event bus: `on`, `once`, `stream`, `publish`. */
  readonly events: TaskerEvents
  /** Creates, reads and commands tasks. */
  readonly tasks: TasksApi
  /** Reads and commands steps. */
  readonly steps: StepsApi
  /** Runs exports. */
  readonly exports: ExportsApi
  /** Registers tasks. */
  readonly handlers: Registering<DefinedTask>
  /** Registers subscribers. */
  readonly subscribers: Registering<DefinedSubscriber | SubscriberClass>
  /** Registers exporters. */
  readonly exporters: Registering<ExporterDefinition>
  /** What the plugins of `dependsOn` returned from `setup`, by name. */
  readonly plugins: { require<N extends string>(name: N): N extends keyof PluginApis ? PluginApis[N] : unknown }
  /** Takes part in creating tasks, commands, steps and exports; some hooks may refuse. */
  readonly hooks: Hooks
  /** Adds checks to `tasker.health`. */
  readonly health: HealthApi
  /** Counters and histograms, its own as well. */
  readonly metrics: MetricsApi
  /** Namespaces, their descriptions and pauses. */
  readonly namespaces: NamespacesApi
  /** Creates tasks at times. */
  readonly schedules: SchedulesApi
  /** How limits of dependent systems stand. */
  readonly limits: LimitsApi
  /** The systems that steps call, and their objects. */
  readonly dependentSystems: DependentSystemsApi
  /** Dependency graphs and their analysis. */
  readonly graph: GraphsApi
  /** Provides the queue that wakes workers up. */
  readonly queue: QueueProviding
  /** Tasker's database, for tables of its own. */
  readonly database: DatabaseAccess
  /** The log; entries name the plugin. */
  readonly log: Logger
  /** The resolved configuration. */
  readonly config: Readonly<Record<string, unknown>>
}

/** Where a plugin provides the queue that wakes workers up. */
export interface QueueProviding {
  /**
   * Has the kernel use a queue. It is opened when all plugins are set up, and started and stopped with the worker. A program's own
   * choice (`queue` or `clock` of `createTasker`) goes before it, and so do test kernels with a virtual clock.
   *
   * @param options `asDefault`: gives way to the queue of another plugin
   * @throws QueueRefusedError
   * @example
   * setup({ queue, log }, { url }) {
   *   queue.provide(new RedisQueue(url, log))
   * }
   */
  provide(queue: Queue, options?: { readonly asDefault?: boolean }): void
}

/** Which template: `payments/refund@^2`, or `{ namespace, name, version }`. */
export type GraphQuery = { readonly namespace?: string; readonly name: string; readonly version?: string } | string

/** `tasker.graph`: the dependency graph of a definition or of a task, and what it says. */
export interface GraphsApi {
  /**
   * The graph of a registered task.
   *
   * @throws UnknownHandlerError
   */
  template(query: GraphQuery): GraphView
  /**
   * The graph of a task, with the states of its steps.
   *
   * @throws TaskNotFoundError
   */
  task(task: TaskReference): Promise<GraphView>
  /**
   * Levels, roots, leaves, the longest path, parallelism and bottlenecks of a registered task, in time linear in its steps and
   * dependencies.
   *
   * @throws UnknownHandlerError
   * @example
   * const { longestPath, parallelism, bottlenecks } = tasker.graph.analyseTemplate('payments/refund@^2')
   */
  analyseTemplate(query: GraphQuery): GraphAnalysis
  /**
   * The same of a task as it is now, and besides: where its steps stand, the critical path by measured durations, what each failed
   * step blocks, and what to do about it. Computed anew by each call.
   *
   * @throws TaskNotFoundError
   * @example
   * const { errorChains, recoveries } = await tasker.graph.analyseTask(id)
   */
  analyseTask(task: TaskReference): Promise<TaskAnalysis>
}

/** A dependency graph with the names and, for a task, the states of its steps. */
export interface GraphView extends DependencyGraph {
  readonly title: string
  readonly nodes: readonly {
    readonly name: string
    readonly dependsOn: readonly string[]
    readonly state?: StepState
    readonly resolvedHow?: ResolvedHow | null
  }[]
}

/** The part of a registry that a plugin uses to add things of its own. */
export interface Registering<T> {
  register(value: T, options?: { readonly replace?: boolean }): unknown
}

/** What a plugin says of itself, and does at start and stop. */
export interface PluginHead {
  /** Names it in lists, logs and errors; each plugin has a name of its own. */
  readonly name: string
  /** Its version, by semver. */
  readonly version: string
  readonly description?: string
  /** Plugins that are set up and started before it. */
  readonly dependsOn?: readonly string[]
  /** Semver range of Tasker versions that it works with. */
  readonly tasker?: string
  /**
   * Whether Tasker must not start without it, as without a plugin that authorises. Default false: if it fails or hangs, it is switched
   * off, named in the log, in `tasker plugins list` and in the health report, and the rest goes on.
   */
  readonly required?: boolean
  /** Runs when the kernel starts, after the plugins of `dependsOn`: the place to open what `stop` closes. */
  start?(): unknown
  /** Runs when the kernel stops, before the plugins of `dependsOn`; also after a `start` that failed, but not after a `setup` that did. */
  stop?(): unknown
}

/** A plugin: plain data; nothing runs at import. */
export interface PluginDefinition extends PluginHead {
  /** JSON Schema of its options. */
  readonly options?: JsonSchema
  /** Adds what the plugin brings; what it returns is what others get from `plugins.require(name)`. */
  setup?(context: PluginContext, options: Readonly<Record<string, unknown>>): unknown
}

export const PLUGIN_BRAND: unique symbol = Symbol.for('tasker.plugin') as never

export interface DefinedPlugin extends PluginDefinition {
  readonly [PLUGIN_BRAND]: true
}
