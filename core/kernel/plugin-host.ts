import { Ajv2020 } from 'ajv/dist/2020.js'
import { describeOrigin } from '../contracts/origin.js'
import type { PluginApis, PluginContext, PluginDefinition } from '../contracts/plugin.js'
import {
  PluginFailedError,
  PluginOptionsInvalidError,
  PluginTimeoutError,
  UnknownPluginError,
} from '../errors/kernel-errors.js'
import { isTaskerError } from '../errors/tasker-error.js'
import type { PluginRegistry } from '../registry/plugin-registry.js'
import type { RegistrationOptions } from '../registry/registry-entry.js'
import { RegistryView } from './registry-view.js'

type Options = Readonly<Record<string, unknown>>

/** `tasker.plugins`: the registry, and the life of each plugin: set up, started, stopped, in the order of dependencies. */
export class PluginHost extends RegistryView<PluginDefinition> {
  readonly #registry: PluginRegistry
  readonly #timeoutMs: number
  readonly #options = new Map<string, Options>()
  readonly #apis = new Map<string, unknown>()
  readonly #started: PluginDefinition[] = []

  constructor(registry: PluginRegistry, timeoutMs: number) {
    super(registry)
    this.#registry = registry
    this.#timeoutMs = timeoutMs
  }

  /** Registers a plugin; it is set up at boot, so that registering later has no effect until the next. */
  register(plugin: PluginDefinition, options: RegistrationOptions & { readonly options?: Options } = {}) {
    const entry = this.#registry.register(plugin, options)
    if (options.options !== undefined) this.#options.set(plugin.name, options.options)
    return entry
  }

  /** The same as `register` with `replace: true`. */
  replace(plugin: PluginDefinition, options: RegistrationOptions & { readonly options?: Options } = {}) {
    return this.register(plugin, { ...options, replace: true })
  }

  /** Takes a plugin away that is not set up yet, or not started again; false if there was none of that name. */
  unregister(name: string): boolean {
    this.#options.delete(name)
    return this.#registry.unregister(name)
  }

  /** What the plugin's setup gave to others. Throws {@link UnknownPluginError}. */
  require<N extends string>(name: N): N extends keyof PluginApis ? PluginApis[N] : unknown {
    if (!this.#apis.has(name)) throw new UnknownPluginError(name, [...this.#apis.keys()])
    return this.#apis.get(name) as never
  }

  /** Sets up all plugins, each after those it depends on. */
  async setUp(contextFor: (plugin: PluginDefinition) => PluginContext): Promise<void> {
    for (const plugin of this.#registry.inBootOrder()) {
      const options = checkOptions(plugin, this.#options.get(plugin.name) ?? {}, this.#originOf(plugin))
      const api = await this.#inTime(plugin, 'setup', () => plugin.setup?.(contextFor(plugin), options))
      this.#apis.set(plugin.name, api)
    }
  }

  async start(): Promise<void> {
    for (const plugin of this.#registry.inBootOrder()) {
      this.#started.push(plugin)
      await this.#inTime(plugin, 'start', () => plugin.start?.())
    }
  }

  /** Stops those that were started, in reverse; gives what failed, because one that cannot stop must not keep the others. */
  async stop(): Promise<readonly Error[]> {
    const failures: Error[] = []
    for (const plugin of this.#started.splice(0).reverse()) {
      try {
        await this.#inTime(plugin, 'stop', () => plugin.stop?.())
      } catch (error) {
        failures.push(error as Error)
      }
    }
    return failures
  }

  #originOf({ name }: PluginDefinition): string | undefined {
    const origin = this.#registry.entry(name)?.origin
    return origin?.place ? describeOrigin(origin) : undefined
  }

  async #inTime(plugin: PluginDefinition, phase: string, work: () => unknown): Promise<unknown> {
    const late = Promise.withResolvers<never>()
    const timer = setTimeout(
      () => late.reject(new PluginTimeoutError(plugin.name, phase, this.#timeoutMs, this.#originOf(plugin))),
      this.#timeoutMs,
    )
    try {
      return await Promise.race([(async () => work())(), late.promise])
    } catch (error) {
      if (isTaskerError(error) && error.code === 'PLUGIN_TIMEOUT') throw error
      throw new PluginFailedError(plugin.name, phase, error, this.#originOf(plugin))
    } finally {
      clearTimeout(timer)
    }
  }
}

function checkOptions(plugin: PluginDefinition, given: Options, origin: string | undefined): Options {
  if (plugin.options === undefined) return given
  const options = structuredClone(given)
  const ajv = new Ajv2020({ allErrors: true, useDefaults: true, strict: false })
  const check = ajv.compile(plugin.options)
  if (check(options)) return options
  const problems = (check.errors ?? []).map(
    (error) => `options${error.instancePath.replaceAll('/', '.')} ${error.message}`,
  )
  throw new PluginOptionsInvalidError(plugin.name, problems, origin)
}
