interface Batch {
  readonly id: string
  readonly startedAt: number
  readonly open: Set<string>
  succeeded: number
  failed: number
}

/** What a batch came to when its last step settled. */
export interface FinishedBatch {
  readonly batchId: string
  readonly succeeded: number
  readonly failed: number
  readonly durationMs: number
}

/** Steps that were admitted together, followed until the last attempt of them has ended. */
export class StepBatches {
  readonly #batchOf = new Map<string, Batch>()

  begin(batchId: string, stepNames: readonly string[], now: number): void {
    const batch: Batch = { id: batchId, startedAt: now, open: new Set(stepNames), succeeded: 0, failed: 0 }
    for (const name of stepNames) this.#batchOf.set(name, batch)
  }

  /** Tells that the attempt of a step has ended; gives its batch if that was the last of it. */
  end(stepName: string, succeeded: boolean, now: number): FinishedBatch | undefined {
    const batch = this.#batchOf.get(stepName)
    if (!batch) return undefined
    this.#batchOf.delete(stepName)
    batch.open.delete(stepName)
    if (succeeded) batch.succeeded += 1
    else batch.failed += 1
    if (batch.open.size > 0) return undefined
    const { id, startedAt, ...counts } = batch
    return { batchId: id, succeeded: counts.succeeded, failed: counts.failed, durationMs: Math.max(0, now - startedAt) }
  }
}
