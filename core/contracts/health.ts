/** One named check of the health report. */
export type HealthCheck = () => Promise<HealthFinding> | HealthFinding

export interface HealthFinding {
  readonly isHealthy: boolean
  readonly message?: string
  readonly details?: Readonly<Record<string, unknown>>
}

export interface HealthReport {
  readonly isHealthy: boolean
  readonly checkedAt: string
  readonly checks: Readonly<Record<string, HealthFinding>>
}

/** `tasker.health` */
export interface HealthApi {
  register(name: string, check: HealthCheck): () => void
  check(): Promise<HealthReport>
}
