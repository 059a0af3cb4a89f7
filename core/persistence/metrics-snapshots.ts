import type { Database } from './database.js'
import { MetricsSnapshotEntity } from './entities/metrics-snapshot-entity.js'

export interface StoredMetrics {
  readonly workerId: string
  readonly takenAt: string
  readonly metrics: unknown
}

/** The latest metrics of each worker, where other workers and exports read them. */
export class MetricsSnapshotStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async save(workerId: string, takenAt: string, metrics: unknown): Promise<void> {
    const sql = `insert into ${this.#database.table('metrics_snapshots')} (worker_id, taken_at, metrics)
      values ($1, $2, $3::jsonb)
      on conflict (worker_id) do update set taken_at = excluded.taken_at, metrics = excluded.metrics`
    await this.#database.query(sql, [workerId, takenAt, JSON.stringify(metrics ?? null)])
  }

  async read(): Promise<readonly StoredMetrics[]> {
    const rows = await this.#database.read((em) =>
      em.find(MetricsSnapshotEntity, {}, { orderBy: { workerId: 'asc' }, disableIdentityMap: true }),
    )
    return rows.map(({ workerId, takenAt, metrics }) => ({ workerId, takenAt, metrics }))
  }
}
