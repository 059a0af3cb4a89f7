/** Makes ids: UUIDv7, so that they sort by the time they were made. A seeded source repeats a run. */
export interface IdSource {
  next(): string
}

/** Chance, for jitter: numbers from 0 up to, not including, 1. */
export interface RandomSource {
  next(): number
}
