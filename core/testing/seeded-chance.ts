import type { IdSource, RandomSource } from '../contracts/id-source.js'

/** Chance that repeats itself: the same seed gives the same numbers (mulberry32). */
export class SeededRandom implements RandomSource {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  next(): number {
    return this.nextInteger() / 2 ** 32
  }

  /** From 0 up to, not including, 2³². */
  nextInteger(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = this.#state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
}

/**
 * UUIDs of version 7 that repeat themselves: 48 bits of the clock, 26 bits that count, so that each is greater than the one before
 * it, and 48 bits of seeded chance.
 */
export class SeededIds implements IdSource {
  readonly #now: () => number
  readonly #random: SeededRandom
  #time = 0
  #count = 0

  constructor(now: () => number, seed: number) {
    this.#now = now
    this.#random = new SeededRandom(seed)
  }

  next(): string {
    this.#time = Math.max(this.#time, Math.floor(this.#now()))
    const count = this.#count++
    const time = hex(this.#time, 12)
    const chance = hex(this.#random.nextInteger() >>> 16, 4) + hex(this.#random.nextInteger(), 8)
    const high = hex(0x7000 | ((count >>> 14) & 0xfff), 4)
    const low = hex(0x8000 | (count & 0x3fff), 4)
    return `${time.slice(0, 8)}-${time.slice(8)}-${high}-${low}-${chance}`
  }
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0')
}
