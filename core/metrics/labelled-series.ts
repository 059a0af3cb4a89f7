import { MetricNameError } from '../errors/metrics-errors.js'

export type Labels = Readonly<Record<string, string>>

/** The labels of the series that stands for all that came after the bound was reached. */
export const overflowLabels: Labels = Object.freeze({ overflow: 'true' })

const NO_LABELS: Labels = Object.freeze({})
const labelName = /^[a-z][a-z0-9_]*$/

/**
 * The series of one metric: one value for each set of labels, in whatever order the labels are given.
 *
 * Their number is bounded, because a label that holds ids would otherwise fill the memory of a worker within hours. Beyond the
 * bound everything is counted in one series with the label `overflow="true"`, so that totals stay right.
 */
export class LabelledSeries<V> {
  readonly #series = new Map<string, { readonly labels: Labels; readonly value: V }>()
  /** Labels that cannot change, by identity: what is counted thousands of times a second need not be compared as text. */
  readonly #known = new WeakMap<Labels, V>()
  readonly #create: () => V
  readonly #limit: number
  readonly #onOverflow: () => void

  /** @param onOverflow called for each value that goes to the overflow series */
  constructor(create: () => V, limit: number, onOverflow: () => void) {
    this.#create = create
    this.#limit = limit
    this.#onOverflow = onOverflow
  }

  /** The value for these labels, made at first use. */
  get(labels: Labels = NO_LABELS): V {
    const known = this.#known.get(labels)
    if (known !== undefined) return known
    const own = this.#ownSeries(labels)
    if (own === undefined) {
      this.#onOverflow()
      const key = keyOf(overflowLabels)
      return this.#series.get(key)?.value ?? this.#add(key, overflowLabels)
    }
    if (Object.isFrozen(labels)) this.#known.set(labels, own)
    return own
  }

  entries(): Iterable<{ readonly labels: Labels; readonly value: V }> {
    return this.#series.values()
  }

  /** Undefined where there is none and no room for one. */
  #ownSeries(labels: Labels): V | undefined {
    const key = keyOf(labels)
    const found = this.#series.get(key)
    if (found !== undefined) return found.value
    for (const name of Object.keys(labels)) {
      if (!labelName.test(name) || name === 'le') throw new MetricNameError('label', name)
    }
    return this.#series.size < this.#limit ? this.#add(key, { ...labels }) : undefined
  }

  #add(key: string, labels: Labels): V {
    const value = this.#create()
    this.#series.set(key, { labels, value })
    return value
  }
}

function keyOf(labels: Labels): string {
  const names = Object.keys(labels)
  if (!names.every((name, index) => index === 0 || name > names[index - 1]!)) names.sort()
  let key = ''
  for (const name of names) key += `${name}\u0000${labels[name]}\u0000`
  return key
}
