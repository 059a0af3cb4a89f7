/** SQL conditions and their values, numbered as they come. */
export class Conditions {
  readonly values: unknown[] = []
  readonly #texts: string[] = []

  /** Each `$` of the text stands for the next value. */
  add(text: string, ...values: readonly unknown[]): void {
    let next = this.values.length
    this.#texts.push(text.replaceAll('$', () => `$${++next}`))
    this.values.push(...values)
  }

  get where(): string {
    return this.#texts.length === 0 ? '' : `where ${this.#texts.join(' and ')}`
  }
}
