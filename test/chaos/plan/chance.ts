import { SeededRandom } from '../../../core/testing/seeded-chance.js'

/** The choices of one run, all from its seed: what is drawn for one purpose does not move what is drawn for another. */
export class Chance {
  readonly #random: SeededRandom
  readonly #seed: number

  constructor(seed: number) {
    this.#seed = seed
    this.#random = new SeededRandom(seed)
    // Neighbouring seeds begin alike.
    for (let draw = 0; draw < 8; draw++) this.#random.next()
  }

  /** Choices for a purpose of its own. */
  for(purpose: string): Chance {
    let hash = this.#seed ^ 0x811c9dc5
    for (const character of purpose) hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193)
    return new Chance(hash >>> 0)
  }

  /** A whole number from `least` to `most`. */
  between(least: number, most: number): number {
    return least + Math.floor(this.#random.next() * (most - least + 1))
  }

  /** True once in `times`. */
  onceIn(times: number): boolean {
    return this.between(1, times) === 1
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.between(0, choices.length - 1)]!
  }
}
