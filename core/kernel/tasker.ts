import type { DependencyContainer } from 'tsyringe'
import type { EventBus } from '../bus/event-bus.js'
import type { ResolvedConfig } from '../config/resolved-config.js'
import type { DependentSystemsApi } from '../contracts/dependent-systems.js'
import type { ExportsApi } from '../contracts/exporter.js'
import type { HealthApi } from '../contracts/health.js'
import type { Hooks } from '../contracts/hooks.js'
import type { LimitsApi } from '../contracts/limits.js'
import type { MetricsApi } from '../contracts/metrics.js'
import type { NamespacesApi } from '../contracts/namespaces.js'
import type { GraphsApi } from '../contracts/plugin.js'
import type { RetentionApi } from '../contracts/retention.js'
import type { SchedulesApi } from '../contracts/schedule.js'
import type { SubscriptionsApi } from '../contracts/subscription.js'
import type { StepsApi, TasksApi } from '../contracts/tasks-api.js'
import type { VerifyOptions, VerifyReport } from '../contracts/verification.js'
import type { ExporterRegistry } from '../registry/exporter-registry.js'
import type { HandlerRegistry } from '../registry/handler-registry.js'
import type { RegistryOverview } from '../registry/registry-overview.js'
import type { EventLog } from './event-log.js'
import type { PluginHost } from './plugin-host.js'
import type { SubscriberHost } from './subscriber-host.js'

export type TaskerState = 'ready' | 'starting' | 'running' | 'stopping' | 'stopped'

/** Where the state is kept, and how to look into it. */
export interface DatabaseInfo {
  readonly kind: 'embedded' | 'postgresql'
  /** Folder of the embedded database, or `:memory:`. */
  readonly path?: string
  /** Whether this process serves the embedded database; false if it is a guest of the one that does. */
  readonly isHolder: boolean
  /** For psql and the like; the password is masked. */
  readonly connection: string
  readonly schema: string
  migrationStatus(): Promise<{ readonly executed: readonly string[]; readonly pending: readonly string[] }>
}

/**
 * One instance of Tasker: its bus, its registries, its database. Two in one process share nothing.
 *
 * @example
 * await using tasker = await createTasker()
 * await tasker.start()
 * const task = await tasker.tasks.create(processOrder, { context: { orderId: 1 } })
 * const finished = await tasker.tasks.wait(task)
 */
export interface Tasker extends AsyncDisposable {
  /** The resolved configuration; secrets in it are not masked. */
  readonly config: ResolvedConfig
  readonly state: TaskerState
  readonly workerId: string
  readonly tasks: TasksApi
  readonly steps: StepsApi
  readonly exports: ExportsApi
  readonly events: EventBus
  /** The event log: what all processes wrote. */
  readonly log: EventLog
  readonly handlers: HandlerRegistry
  readonly subscribers: SubscriberHost
  readonly exporters: ExporterRegistry
  readonly plugins: PluginHost
  readonly hooks: Hooks
  /** The durable subscribers, in all processes together. */
  readonly subscriptions: SubscriptionsApi
  readonly namespaces: NamespacesApi
  readonly schedules: SchedulesApi
  /** The systems that steps call, and how they stand. */
  readonly limits: LimitsApi
  readonly dependentSystems: DependentSystemsApi
  readonly graph: GraphsApi
  readonly metrics: MetricsApi
  readonly health: HealthApi
  /** Takes away what is old. */
  readonly retention: RetentionApi
  /** Sums up health, statistics and recommendations of the registries, and lists what they refused. */
  readonly registries: RegistryOverview
  readonly database: DatabaseInfo
  readonly container: DependencyContainer
  /** Starts the plugins and begins to run tasks. The same promise for whoever calls it again. */
  start(): Promise<void>
  /** Stops claiming, waits for what runs, gives back the rest, and lets go of everything. Idempotent. */
  stop(): Promise<void>
  /** Whether any task is left to run or due, owned or not; what is paused is not. */
  hasUnfinishedTasks(): Promise<boolean>
  /**
   * Rebuilds every task from the log, compares it with its rows, and looks for tasks that nothing moves any more. It may run beside
   * busy workers, from any process, and needs the same memory for ten tasks as for a million.
   *
   * @example
   * const { differences, stuck } = await tasker.verify()
   * assert.deepEqual([differences, stuck], [[], []])
   */
  verify(options?: VerifyOptions): Promise<VerifyReport>
  /** The same value without what the configuration and the task's `sensitive` paths filter. */
  mask<T>(value: T, definitionKey?: string): T
}
