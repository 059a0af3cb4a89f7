import type { Clock } from '../contracts/clock.js'
import type { HealthApi, HealthCheck, HealthFinding, HealthReport } from '../contracts/health.js'

/** A check that has not answered by then counts as failed, in milliseconds. */
const checkTimeoutMs = 5_000

/** `tasker.health`: named checks, run together. */
export class HealthRegistry implements HealthApi {
  readonly #checks = new Map<string, HealthCheck>()
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  register(name: string, check: HealthCheck): () => void {
    this.#checks.set(name, check)
    return () => {
      if (this.#checks.get(name) === check) this.#checks.delete(name)
    }
  }

  async check(): Promise<HealthReport> {
    const findings = await Promise.all(
      [...this.#checks].map(async ([name, check]) => [name, await runCheck(check)] as const),
    )
    return {
      isHealthy: findings.every(([, finding]) => finding.isHealthy),
      checkedAt: new Date(this.#clock.now()).toISOString(),
      checks: Object.fromEntries(findings),
    }
  }
}

async function runCheck(check: HealthCheck): Promise<HealthFinding> {
  const late = Promise.withResolvers<HealthFinding>()
  const message = `no answer within ${checkTimeoutMs} ms`
  const timer = setTimeout(() => late.resolve({ isHealthy: false, message }), checkTimeoutMs)
  try {
    return await Promise.race([(async () => check())(), late.promise])
  } catch (error) {
    return { isHealthy: false, message: error instanceof Error ? error.message : String(error) }
  } finally {
    clearTimeout(timer)
  }
}
