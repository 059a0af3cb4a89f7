import type { Clock } from '../contracts/clock.js'
import type { HealthApi, HealthCheck, HealthFinding, HealthReport } from '../contracts/health.js'
import { errorMessage } from '../errors/error-message.js'

/** Who registered a check, and one call of it that has not been answered. */
interface Registered {
  readonly name: string
  readonly check: HealthCheck
  readonly owner: string | undefined
  pending?: Promise<Answer> | undefined
}

interface Answer {
  readonly finding: HealthFinding
  /** Whether the check itself failed, and says nothing of what it was to look at. */
  readonly isOwnFault: boolean
}

/**
 * `tasker.health`: named checks, run together. One that throws, hangs or gives no finding is itself what is found wrong; while one has
 * not answered it is not called again.
 */
export class HealthRegistry implements HealthApi {
  readonly #checks = new Map<string, Registered>()
  readonly #clock: Clock
  readonly #timeoutMs: number
  #onTrouble: (owner: string, check: string, finding: HealthFinding) => void = () => {}

  /** @param timeoutMs a check that has not answered by then counts as failed, in milliseconds of real time */
  constructor(clock: Clock, timeoutMs = 5_000) {
    this.#clock = clock
    this.#timeoutMs = timeoutMs
  }

  /** @param owner the plugin that brings it, for messages */
  register(name: string, check: HealthCheck, owner?: string): () => void {
    const registered = { name, check, owner }
    // Each has names of its own, so that a plugin takes no check away from the house or from another plugin.
    const key = JSON.stringify([owner, name])
    this.#checks.set(key, registered)
    return () => {
      if (this.#checks.get(key) === registered) this.#checks.delete(key)
    }
  }

  /** Calls a listener when a check of a plugin itself fails: one that throws, hangs or gives no finding. */
  onTrouble(listener: (owner: string, check: string, finding: HealthFinding) => void): void {
    this.#onTrouble = listener
  }

  async check(): Promise<HealthReport> {
    const findings = await Promise.all(
      this.#named().map(async ([name, registered]) => [name, await this.#run(name, registered)] as const),
    )
    return {
      isHealthy: findings.every(([, finding]) => finding.isHealthy),
      checkedAt: new Date(this.#clock.now()).toISOString(),
      checks: Object.fromEntries(findings),
    }
  }

  /** Those of the house by their names; that of a plugin with a name that is taken is `database (mail)`. */
  #named(): (readonly [string, Registered])[] {
    const taken = new Set([...this.#checks.values()].filter(({ owner }) => owner === undefined).map(({ name }) => name))
    return [...this.#checks.values()].map((registered) => {
      const { name, owner } = registered
      const own = owner !== undefined && taken.has(name) ? `${name} (${owner})` : name
      taken.add(own)
      return [own, registered]
    })
  }

  async #run(name: string, registered: Registered): Promise<HealthFinding> {
    const { owner } = registered
    registered.pending ??= ask(registered).finally(() => {
      registered.pending = undefined
    })
    const late = Promise.withResolvers<Answer>()
    const timer = setTimeout(
      () => late.resolve(failedCheck(`no answer within ${this.#timeoutMs} ms`, owner)),
      this.#timeoutMs,
    )
    try {
      const { finding, isOwnFault } = await Promise.race([registered.pending, late.promise])
      if (isOwnFault && owner !== undefined) this.#onTrouble(owner, name, finding)
      return finding
    } finally {
      clearTimeout(timer)
    }
  }
}

async function ask({ check, owner }: Registered): Promise<Answer> {
  try {
    const finding: unknown = await check()
    if (isFinding(finding)) return { finding, isOwnFault: false }
    return failedCheck('it gave no finding { isHealthy, message? }', owner)
  } catch (error) {
    return failedCheck(errorMessage(error), owner)
  }
}

function isFinding(value: unknown): value is HealthFinding {
  return typeof value === 'object' && value !== null && typeof (value as HealthFinding).isHealthy === 'boolean'
}

function failedCheck(problem: string, owner: string | undefined): Answer {
  const message = owner === undefined ? problem : `check of plugin ${owner}: ${problem}`
  return { finding: { isHealthy: false, message }, isOwnFault: true }
}
