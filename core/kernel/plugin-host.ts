import type { PluginApis, PluginContext, PluginDefinition } from '../contracts/plugin.js'
import type { PluginStatus } from '../contracts/plugin-status.js'
import { errorMessage } from '../errors/error-message.js'
import { PluginBlockedError, PluginTimeoutError, UnknownPluginError } from '../errors/kernel-errors.js'
import { PluginDependencyError } from '../errors/registry-errors.js'
import { isTaskerError } from '../errors/tasker-error.js'
import type { PluginRegistry } from '../registry/plugin-registry.js'
import type { RegistrationOptions } from '../registry/registry-entry.js'
import { GuestCode } from './containment/guest-code.js'
import { inOrder } from './containment/in-order.js'
import { inTime, type PluginPhase } from './containment/in-time.js'
import { originText, type PluginRecord } from './containment/plugin-record.js'
import { PluginRequirements } from './containment/plugin-requirements.js'
import { PluginWatch, type PluginWatchPorts } from './containment/plugin-watch.js'
import { checkPluginOptions, type PluginOptions } from './plugin-options.js'
import { RegistryView } from './registry-view.js'

/** After so long, in milliseconds, plugins that do not depend on a slow one no longer wait for it. */
const patienceMs = 1_000

export interface PluginHostSettings {
  /** How long one may take to set up, and to start. */
  readonly timeoutMs: number
  readonly stopTimeoutMs: number
  /** Those without which the boot ends: all, or these names. */
  readonly requiredPlugins: boolean | readonly string[]
}

export interface SetUpOptions {
  readonly contextFor: (record: PluginRecord) => PluginContext
  /** Whether even what is required is only listed: for looking. */
  readonly isCollecting: boolean
  /** Whether code of others runs in other ways than by plugins: by subscribers. */
  readonly hasGuests: boolean
  /** Names of plugins that are disabled. */
  readonly disabled: ReadonlySet<string>
}

/**
 * `tasker.plugins`: the registry, and the life of each plugin: set up, started, stopped, in the order of dependencies. What a plugin
 * does wrong is contained: it is named and switched off, with what depends on it, and the rest goes on, unless it is required.
 */
export class PluginHost extends RegistryView<PluginDefinition> {
  readonly #registry: PluginRegistry
  readonly #settings: PluginHostSettings
  readonly #requirements: PluginRequirements
  readonly #watch: PluginWatch
  readonly #options = new Map<string, PluginOptions>()
  readonly #apis = new Map<string, unknown>()
  /** Those that were set up, in that order. */
  #order: readonly PluginRecord[] = []
  readonly #started: PluginRecord[] = []
  #isCollecting = false
  /** Watches over the code of plugins and packages. */
  readonly guests = new GuestCode((place, error) => this.#watch.strayOfPackage(place, error))

  constructor(registry: PluginRegistry, settings: PluginHostSettings, ports: PluginWatchPorts) {
    super(registry)
    this.#registry = registry
    this.#settings = settings
    this.#requirements = new PluginRequirements(settings.requiredPlugins)
    this.#watch = new PluginWatch(ports, (record, error) => this.#strayed(record, error))
  }

  /** Registers a plugin; it is set up at boot, so that registering later has no effect until the next. */
  register(plugin: PluginDefinition, options: RegistrationOptions & { readonly options?: PluginOptions } = {}) {
    const entry = this.#registry.register(plugin, options)
    if (options.options !== undefined) this.#options.set(plugin.name, options.options)
    return entry
  }

  /** The same as `register` with `replace: true`. */
  replace(plugin: PluginDefinition, options: RegistrationOptions & { readonly options?: PluginOptions } = {}) {
    return this.register(plugin, { ...options, replace: true })
  }

  /** Takes a plugin away that is not set up yet, or not started again; false if there was none of that name. */
  unregister(name: string): boolean {
    this.#options.delete(name)
    return this.#registry.unregister(name)
  }

  /** What the plugin's setup gave to others. Throws {@link UnknownPluginError}. */
  require<N extends string>(name: N): N extends keyof PluginApis ? PluginApis[N] : unknown {
    if (!this.#apis.has(name)) {
      throw new UnknownPluginError(name, [...this.#apis.keys()], this.#watch.record(name)?.problem)
    }
    return this.#apis.get(name) as never
  }

  /** How each plugin stands, those that were switched off included. */
  statuses(): readonly PluginStatus[] {
    for (const entry of this.#registry.list()) this.#watch.recordOf(entry)
    return this.#watch.statuses()
  }

  /** How one plugin stands. */
  status(name: string): PluginStatus | undefined {
    return this.statuses().find((status) => status.name === name)
  }

  /** What watches over the parts of the plugins. */
  get watch(): PluginWatch {
    return this.#watch
  }

  /** Whether any plugin is there that does not come with Tasker. */
  get hasGuests(): boolean {
    return this.#registry.list().some(({ origin }) => origin.kind !== 'built_in')
  }

  /**
   * Sets up all plugins, each after those it depends on.
   *
   * @throws PluginDependencyError, PluginOptionsInvalidError where the project's own configuration is wrong; PluginFailedError,
   * PluginTimeoutError of one that is required
   */
  async setUp({ contextFor, isCollecting, disabled, hasGuests }: SetUpOptions): Promise<void> {
    if (hasGuests || this.hasGuests) this.guests.watch()
    this.#isCollecting = isCollecting
    this.#leaveOutUnplaceable(disabled)
    if (!isCollecting) this.#requirements.assertPresent(this.keys(), (name) => this.#whyMissing(name, disabled))
    this.#order = this.#registry.inBootOrder().map(({ name }) => this.#watch.recordOf(this.#registry.entry(name)!))
    await this.#runPhase('setup', this.#order, async (record) => {
      const { plugin } = record
      const options = checkPluginOptions(plugin, this.#options.get(plugin.name) ?? {}, record.origin)
      const api = await this.#inTime(record, 'setup', () => plugin.setup?.(contextFor(record), options))
      this.#apis.set(plugin.name, api)
      record.state = 'set_up'
    })
  }

  /** Starts those that were set up. Throws what one that is required failed with. */
  async start(): Promise<void> {
    const ready = this.#order.filter(({ state }) => state === 'set_up')
    await this.#runPhase('start', ready, async (record) => {
      this.#started.push(record)
      await this.#inTime(record, 'start', () => record.plugin.start?.())
      record.state = 'started'
    })
  }

  /** Stops those that were started, in reverse; gives what failed, because one that cannot stop must not keep the others. */
  async stop(): Promise<readonly Error[]> {
    const failures: Error[] = []
    const started = this.#started.splice(0).reverse()
    const run = () => this.#stopInOrder(started, failures)
    await (this.hasGuests ? this.guests.during(run) : run())
    return failures
  }

  async #stopInOrder(started: readonly PluginRecord[], failures: Error[]): Promise<void> {
    await inOrder({
      items: started,
      nameOf,
      // In reverse: first those that depend on it.
      waitsFor: ({ plugin }) =>
        started.filter((other) => other.plugin.dependsOn?.includes(plugin.name)).map((other) => other.plugin.name),
      patienceMs: this.#patienceMs('stop'),
      work: async (record) => {
        try {
          await this.#inTime(record, 'stop', () => record.plugin.stop?.())
        } catch (error) {
          failures.push(error as Error)
          this.#watch.note(record, { part: 'stop', kind: 'threw', error })
        }
        if (!record.isOff) record.state = 'stopped'
      },
    })
  }

  /** Ends the timers that plugins and packages have left; gives how many by whose they are. Call it when all else has stopped. */
  clearTimers(): ReadonlyMap<string, number> {
    const ofPlugins = this.#order.map(
      (each) => [`plugin ${nameOf(each)}`, this.guests.clearTimers(each.culprit)] as const,
    )
    const ofPackages = this.guests.clearTimersOfPackages().map(([place, count]) => [`package ${place}`, count] as const)
    return new Map([...ofPlugins, ...ofPackages].filter(([, count]) => count > 0))
  }

  /** What a package or an operator got wrong about dependencies is contained; what the project itself names must be right. */
  #leaveOutUnplaceable(disabled: ReadonlySet<string>): void {
    for (;;) {
      const problem = this.#registry.dependencyProblems().find((each) => this.#isContained(each, disabled))
      if (problem === undefined) return
      const name =
        problem.kind === 'missing'
          ? problem.plugin
          : (problem.plugins.find((each) => this.#isFromPackage(each)) ?? problem.plugins[0]!)
      const record = this.#watch.recordOf(this.#registry.entry(name)!)
      const because = problem.kind === 'missing' ? this.#whyMissing(problem.dependsOn, disabled) : undefined
      const error =
        problem.kind === 'missing' && because !== undefined
          ? new PluginBlockedError(name, problem.dependsOn, because, originText(record.origin))
          : new PluginDependencyError([problem], this.keys())
      if (!this.#isCollecting && this.#requirements.includes(record)) throw error
      this.#leaveOut(record, 'blocked', error)
    }
  }

  #isContained(
    problem: ReturnType<PluginRegistry['dependencyProblems']>[number],
    disabled: ReadonlySet<string>,
  ): boolean {
    if (this.#isCollecting) return true
    if (problem.kind === 'cycle') return problem.plugins.some((name) => this.#isFromPackage(name))
    return this.#isFromPackage(problem.plugin) || this.#whyMissing(problem.dependsOn, disabled) !== undefined
  }

  #whyMissing(name: string, disabled: ReadonlySet<string>): string | undefined {
    if (disabled.has(name)) return 'is disabled'
    if (this.#watch.record(name)?.isOff) return 'was left out'
    return this.#registry.refusals().some(({ subject }) => subject === name) ? 'was refused' : undefined
  }

  #isFromPackage(name: string): boolean {
    return this.#registry.entry(name)?.origin.kind === 'package'
  }

  async #runPhase(
    phase: 'setup' | 'start',
    records: readonly PluginRecord[],
    work: (record: PluginRecord) => Promise<void>,
  ): Promise<void> {
    const fatal: unknown[] = []
    const attempt = async (record: PluginRecord): Promise<void> => {
      try {
        if (fatal.length === 0 && !this.#isBlocked(record)) await work(record)
      } catch (error) {
        const isFatal = this.#requirements.mustEnd(record, error, this.#options.has(nameOf(record)))
        if (isFatal && !this.#isCollecting) fatal.push(error)
        else this.#fail(record, phase, error)
      }
    }
    const waitsFor = ({ plugin }: PluginRecord) => plugin.dependsOn ?? []
    const run = () => inOrder({ items: records, nameOf, waitsFor, work: attempt, patienceMs: this.#patienceMs(phase) })
    await (this.hasGuests ? this.guests.during(run) : run())
    if (fatal.length > 0) throw fatal[0]
  }

  #isBlocked(record: PluginRecord): boolean {
    const lost = record.plugin.dependsOn?.find((name) => this.#watch.record(name)?.isOff)
    if (lost === undefined) return false
    const because = this.#watch.record(lost)!.state === 'failed' ? 'failed' : 'was left out'
    throw new PluginBlockedError(nameOf(record), lost, because, originText(record.origin))
  }

  #fail(record: PluginRecord, phase: 'setup' | 'start', error: unknown): void {
    const isBlocked = isTaskerError(error) && error.code === 'PLUGIN_BLOCKED'
    if (!isBlocked) this.#watch.note(record, { part: phase, kind: kindOf(error), error })
    if (phase === 'setup') this.#leaveOut(record, isBlocked ? 'blocked' : 'failed', error)
    else this.#switchOff(record, isBlocked ? 'blocked' : 'failed', error)
  }

  /** Of one that is not set up nothing stays in the registry but its refusal. */
  #leaveOut(record: PluginRecord, state: 'failed' | 'blocked', error: unknown): void {
    this.#switchOff(record, state, error)
    this.#registry.unregister(nameOf(record))
    this.#registry.refuse(nameOf(record), record.origin, [errorMessage(error)])
  }

  #switchOff(record: PluginRecord, state: 'failed' | 'blocked', error: unknown): void {
    record.switchOff(state, errorMessage(error))
    this.#apis.delete(nameOf(record))
    this.#watch.tellSwitchedOff(record, error)
  }

  /** Errors that it leaves behind again and again switch a plugin off for good, with its timers; not one that must not be missing. */
  #strayed(record: PluginRecord, error: unknown): void {
    if (this.#requirements.includes(record)) return
    this.#switchOff(record, 'failed', error)
    this.guests.clearTimers(record.culprit)
  }

  #limitOf(phase: PluginPhase): number {
    return phase === 'stop' ? this.#settings.stopTimeoutMs : this.#settings.timeoutMs
  }

  #patienceMs(phase: PluginPhase): number {
    return Math.min(patienceMs, this.#limitOf(phase))
  }

  async #inTime(record: PluginRecord, phase: PluginPhase, work: () => unknown): Promise<unknown> {
    const startedAt = performance.now()
    try {
      return await inTime(record, phase, this.#limitOf(phase), work)
    } finally {
      const tookMs = performance.now() - startedAt
      if (tookMs > patienceMs) this.#watch.tellSlow(record, phase, tookMs)
    }
  }
}

function nameOf({ plugin }: PluginRecord): string {
  return plugin.name
}

function kindOf(error: unknown): string {
  return error instanceof PluginTimeoutError ? 'timed_out' : 'threw'
}
