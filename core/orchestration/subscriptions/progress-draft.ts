import type { DeliveryProgress, HeldLane, NewDeadLetter } from '../../contracts/subscription-store.js'

/** What is to be written down of deliveries, besides the cursors. Of each lane only the latest counts. */
export class ProgressDraft {
  #held = new Map<string, HeldLane>()
  #freed = new Map<string, number>()
  #deadLetters: NewDeadLetter[] = []
  #revived: { readonly id: string; readonly shard: number }[] = []
  #failedAgain: DeliveryProgress['failedAgain'][number][] = []

  get isEmpty(): boolean {
    return (
      this.#held.size +
        this.#freed.size +
        this.#deadLetters.length +
        this.#revived.length +
        this.#failedAgain.length ===
      0
    )
  }

  hold(lane: HeldLane): void {
    this.#freed.delete(lane.lane)
    this.#held.set(lane.lane, lane)
  }

  free(lane: string, shard: number): void {
    this.#held.delete(lane)
    this.#freed.set(lane, shard)
  }

  bury(deadLetter: NewDeadLetter): void {
    this.#deadLetters.push(deadLetter)
  }

  revive(id: string, shard: number): void {
    this.#revived.push({ id, shard })
  }

  failAgain(failure: DeliveryProgress['failedAgain'][number]): void {
    this.#failedAgain.push(failure)
  }

  /** All of it, as it is written. */
  get parts(): Omit<DeliveryProgress, 'shards'> {
    return {
      held: [...this.#held.values()],
      freed: [...this.#freed].map(([lane, shard]) => ({ lane, shard })),
      deadLetters: this.#deadLetters,
      revived: this.#revived,
      failedAgain: this.#failedAgain,
    }
  }

  /** Shards that it says something about. */
  get shards(): ReadonlySet<number> {
    return new Set(Object.values(this.parts).flatMap((rows) => rows.map(({ shard }) => shard)))
  }

  /** Drops what is about a shard that is held here no longer: it is not ours to write any more. */
  forget(shard: number): void {
    for (const [lane, held] of this.#held) if (held.shard === shard) this.#held.delete(lane)
    for (const [lane, of] of this.#freed) if (of === shard) this.#freed.delete(lane)
    this.#deadLetters = this.#deadLetters.filter((row) => row.shard !== shard)
    this.#revived = this.#revived.filter((row) => row.shard !== shard)
    this.#failedAgain = this.#failedAgain.filter((row) => row.shard !== shard)
  }

  /** Puts what could not be written before what has come up since. */
  putBack(older: ProgressDraft): void {
    for (const [lane, held] of older.#held)
      if (!this.#freed.has(lane) && !this.#held.has(lane)) this.#held.set(lane, held)
    for (const [lane, shard] of older.#freed) if (!this.#held.has(lane)) this.#freed.set(lane, shard)
    this.#deadLetters = [...older.#deadLetters, ...this.#deadLetters]
    this.#revived = [...older.#revived, ...this.#revived]
    this.#failedAgain = [...older.#failedAgain, ...this.#failedAgain]
  }
}
