/** A metric at the time of a snapshot. Durations are in milliseconds. */
export type MetricRecord = {
  readonly name: string
  readonly help: string
  readonly labels: Readonly<Record<string, string>>
} & (
  | { readonly type: 'counter' | 'gauge'; readonly value: number }
  | {
      readonly type: 'histogram'
      readonly count: number
      readonly sum: number
      readonly buckets: readonly { readonly upperBound: number | null; readonly count: number }[]
    }
)

export interface MetricsSnapshot {
  readonly takenAt: string
  readonly metrics: readonly MetricRecord[]
}

/** `tasker.metrics` */
export interface MetricsApi {
  counter(name: string, help?: string): { increment(by?: number, labels?: Readonly<Record<string, string>>): void }
  gauge(name: string, help?: string): { set(value: number, labels?: Readonly<Record<string, string>>): void }
  histogram(
    name: string,
    options?: { readonly help?: string; readonly buckets?: readonly number[] },
  ): { observe(value: number, labels?: Readonly<Record<string, string>>): void }
  snapshot(): MetricsSnapshot
}
