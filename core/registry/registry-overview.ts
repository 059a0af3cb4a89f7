import type { Clock } from '../contracts/clock.js'
import type { HealthFinding } from '../contracts/health.js'
import type { DisabledExtension, InstalledPackage } from '../contracts/installed-package.js'
import type { Refusal, RegistryStats } from './registry-entry.js'

/** The part of a registry that the overview reads. */
export interface OverviewedRegistry {
  readonly name: string
  stats(): RegistryStats
  health(): HealthFinding
  refusals(): readonly Refusal[]
}

/** How many entries a registry has: none, to 5, to 20, to 50, more. */
export type Utilisation = 'empty' | 'low' | 'medium' | 'high' | 'very_high'

/** Whether the entries spread evenly over their namespaces, events or formats: skewed from a variance of 2. */
export type Distribution = 'none' | 'even' | 'skewed'

export interface RegistrySummary {
  readonly stats: RegistryStats
  readonly health: HealthFinding
  readonly utilisation: Utilisation
  readonly distribution: Distribution
  /** What to do about it; empty if nothing. */
  readonly recommendations: readonly string[]
}

export interface RegistriesSummary {
  /** ISO 8601, UTC. */
  readonly takenAt: string
  readonly isHealthy: boolean
  /** Percentage of registries that are healthy, one decimal. */
  readonly healthPercentage: number
  readonly totals: { readonly registries: number; readonly entries: number; readonly refusals: number }
  readonly registries: Readonly<Record<string, RegistrySummary>>
  /** Those of all registries, each with the name of its registry in front. */
  readonly recommendations: readonly string[]
}

/** The one place that sums up health, statistics and recommendations of all registries. */
export class RegistryOverview {
  readonly #registries: readonly OverviewedRegistry[]
  readonly #clock: Pick<Clock, 'now'>
  #packages: readonly InstalledPackage[] = []
  #disabled: readonly DisabledExtension[] = []

  constructor(registries: readonly OverviewedRegistry[], clock: Pick<Clock, 'now'>) {
    this.#registries = registries
    this.#clock = clock
  }

  summary(): RegistriesSummary {
    const registries = this.#registries.map((registry) => [registry.name, summarise(registry)] as const)
    const summaries = registries.map(([, summary]) => summary)
    const healthy = summaries.filter(({ health }) => health.isHealthy).length
    return {
      takenAt: new Date(this.#clock.now()).toISOString(),
      isHealthy: healthy === summaries.length,
      healthPercentage: summaries.length === 0 ? 100 : Math.round((healthy / summaries.length) * 1000) / 10,
      totals: {
        registries: summaries.length,
        entries: sum(summaries.map(({ stats }) => stats.entries)),
        refusals: sum(summaries.map(({ stats }) => stats.refusals)),
      },
      registries: Object.fromEntries(registries),
      recommendations: registries.flatMap(([name, { recommendations }]) =>
        recommendations.map((one) => `${name}: ${one}`),
      ),
    }
  }

  /** Health of all registries as one finding, for the health report. */
  health(): HealthFinding {
    const unhealthy = this.#registries
      .map((registry) => ({ name: registry.name, ...registry.health() }))
      .filter(({ isHealthy }) => !isHealthy)
    if (unhealthy.length === 0) return { isHealthy: true, details: { registries: this.#registries.length } }
    const message = unhealthy.map(({ name, message: why }) => `${name}: ${why}`).join('; ')
    return { isHealthy: false, message, details: { unhealthy: unhealthy.map(({ name }) => name) } }
  }

  /** What the registries did not take, in the order in which it was refused. */
  refusals(): Refusal[] {
    return this.#registries
      .flatMap((registry) => registry.refusals())
      .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
  }

  /** Takes over what discovery says of packages, and of what is found and not used. */
  noteDiscovery(discovery: {
    readonly packages: readonly InstalledPackage[]
    readonly disabled: readonly DisabledExtension[]
  }): void {
    this.#packages = discovery.packages
    this.#disabled = discovery.disabled
  }

  /** The packages that bring something, those that were refused or disabled included. */
  packages(): readonly InstalledPackage[] {
    return this.#packages
  }

  /** What was found and is not used, because `discovery.disable` names it. */
  disabled(): readonly DisabledExtension[] {
    return this.#disabled
  }

  /** The summaries of those registries that fit every condition given. */
  find(conditions: {
    readonly name?: RegExp
    readonly isHealthy?: boolean
    readonly minEntries?: number
  }): Readonly<Record<string, RegistrySummary>> {
    const { name, isHealthy, minEntries = 0 } = conditions
    const fitting = Object.entries(this.summary().registries).filter(
      ([registry, { stats, health }]) =>
        (name === undefined || registry.search(name) !== -1) &&
        (isHealthy === undefined || health.isHealthy === isHealthy) &&
        stats.entries >= minEntries,
    )
    return Object.fromEntries(fitting)
  }
}

function summarise(registry: OverviewedRegistry): RegistrySummary {
  const stats = registry.stats()
  const health = registry.health()
  const utilisation = utilisationOf(stats.entries)
  const distribution = distributionOf(Object.values(stats.groups))
  return {
    stats,
    health,
    utilisation,
    distribution,
    recommendations: recommend(stats, health, utilisation, distribution),
  }
}

function recommend(
  stats: RegistryStats,
  health: HealthFinding,
  utilisation: Utilisation,
  distribution: Distribution,
): string[] {
  const recommendations: string[] = []
  if (!health.isHealthy) recommendations.push(`correct what is wrong: ${health.message}`)
  else if (stats.refusals > 0) {
    recommendations.push(`look at what was refused (${stats.refusals}), for example two things of one name`)
  }
  if (utilisation === 'empty') {
    recommendations.push(
      `nothing is registered: name folders, files or values under \`${stats.registry}\` in tasker.config.ts`,
    )
  }
  if (utilisation === 'very_high') {
    recommendations.push(`${stats.entries} entries are many for one process: consider workers with a part of them each`)
  }
  if (distribution === 'skewed') {
    const [group, count] = Object.entries(stats.groups).reduce((most, next) => (next[1] > most[1] ? next : most))
    recommendations.push(`"${group}" has ${count} of ${stats.entries} entries: consider dividing it`)
  }
  return recommendations
}

function utilisationOf(entries: number): Utilisation {
  if (entries === 0) return 'empty'
  if (entries <= 5) return 'low'
  if (entries <= 20) return 'medium'
  return entries <= 50 ? 'high' : 'very_high'
}

function distributionOf(counts: readonly number[]): Distribution {
  if (counts.length < 2) return 'none'
  const mean = sum(counts) / counts.length
  return sum(counts.map((count) => (count - mean) ** 2)) / counts.length < 2 ? 'even' : 'skewed'
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
