import { describeOrigin } from '../contracts/origin.js'
import type { PluginDefinition } from '../contracts/plugin.js'
import { GraphCycleError } from '../errors/graph-errors.js'
import {
  describeDependencyProblem,
  PluginDependencyError,
  type PluginDependencyProblem,
} from '../errors/registry-errors.js'
import { buildDependencyGraph } from '../workflow/dependency-graph.js'
import { nameOf } from './interface-checks.js'
import { pluginProblems } from './plugin-interface.js'
import { Registry, type RegistryPorts } from './registry.js'
import type { RegistryStats } from './registry-entry.js'

export interface PluginRegistryPorts extends RegistryPorts {
  /** The running version, which plugins name in `tasker`. */
  readonly taskerVersion: string
}

export interface PluginRegistryStats extends RegistryStats {
  /** Plugins that depend on another. */
  readonly dependent: number
}

/** The plugins, by name. Dependencies are not looked at before {@link inBootOrder}: plugins may be registered in any order. */
export class PluginRegistry extends Registry<PluginDefinition> {
  constructor(ports: PluginRegistryPorts) {
    super(
      {
        name: 'plugins',
        kind: 'plugin',
        subject: nameOf,
        problems: (plugin) => pluginProblems(plugin, ports.taskerVersion),
        key: ({ name }) => name,
        groups: () => [],
        announceJoined: ({ name, version }, origin, announcer) =>
          announcer.announce('registry.plugin_registered', { plugin: name, version, origin }),
      },
      ports,
    )
  }

  /**
   * The plugins, each after those it depends on: first those that depend on nothing, in order of registration, then those that
   * depend only on these, and so on. The same plugins registered in the same order give the same order.
   *
   * @throws PluginDependencyError if a dependency is missing, or plugins depend on each other
   */
  inBootOrder(): PluginDefinition[] {
    const { order, problems } = this.#boot()
    if (problems.length > 0) throw new PluginDependencyError(problems, this.keys())
    const byName = new Map(this.list().map(({ key, value }) => [key, value]))
    return order.map((name) => byName.get(name)!)
  }

  /** What keeps the plugins from being put in an order; empty if nothing does. */
  dependencyProblems(): readonly PluginDependencyProblem[] {
    return this.#boot().problems
  }

  /** The reverse of {@link inBootOrder}. */
  inStopOrder(): PluginDefinition[] {
    return this.inBootOrder().reverse()
  }

  override stats(): PluginRegistryStats {
    return { ...super.stats(), dependent: this.list().filter(({ value }) => value.dependsOn?.length).length }
  }

  protected override findings(): string[] {
    const names = this.keys()
    return [...super.findings(), ...this.#boot().problems.map((problem) => describeDependencyProblem(problem, names))]
  }

  #boot(): { readonly order: readonly string[]; readonly problems: readonly PluginDependencyProblem[] } {
    const plugins = this.list().map(({ value, origin }) => ({
      name: value.name,
      dependsOn: value.dependsOn ?? [],
      ...(origin.place === '' ? {} : { origin: describeOrigin(origin) }),
    }))
    const names = new Set(plugins.map(({ name }) => name))
    const missing = plugins.flatMap(({ name, dependsOn, origin }) =>
      dependsOn
        .filter((other) => !names.has(other))
        .map((other) => ({ kind: 'missing', plugin: name, dependsOn: other, origin }) as const),
    )
    const known = plugins.map(({ name, dependsOn }) => ({
      name,
      dependsOn: dependsOn.filter((other) => names.has(other)),
    }))
    try {
      return { order: buildDependencyGraph(known).order, problems: missing }
    } catch (error) {
      if (!(error instanceof GraphCycleError)) throw error
      return { order: [], problems: [...missing, { kind: 'cycle', plugins: [...error.cycle, error.cycle[0]!] }] }
    }
  }
}
