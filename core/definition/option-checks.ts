import {
  type DefinitionSubject,
  InvalidDefinitionOptionError,
  UnknownDefinitionOptionError,
} from '../errors/definition-errors.js'

/** Refuses options that do not exist: what the compiler finds in TypeScript, JavaScript must be told when it runs. */
export function assertKnownOptions(options: object, known: readonly string[], subject: DefinitionSubject): void {
  for (const option of Object.keys(options)) {
    if (!known.includes(option)) throw new UnknownDefinitionOptionError(option, known, subject)
  }
}

/** Checks the values of options one by one; each method gives the value back, or the default where it is absent. */
export class OptionReader {
  readonly #subject: DefinitionSubject

  constructor(subject: DefinitionSubject) {
    this.#subject = subject
  }

  /** An object of options, or nothing. */
  object(option: string, value: unknown): Readonly<Record<string, unknown>> | undefined {
    if (value === undefined || isPlainObject(value)) return value
    return this.#refuse(option, 'an object', value)
  }

  boolean<D>(option: string, value: unknown, fallback: D): boolean | D {
    if (value === undefined) return fallback
    return typeof value === 'boolean' ? value : this.#refuse(option, 'true or false', value)
  }

  text<D>(option: string, value: unknown, fallback: D): string | D {
    if (value === undefined) return fallback
    return typeof value === 'string' && value !== '' ? value : this.#refuse(option, 'text that is not empty', value)
  }

  count<D>(option: string, value: unknown, fallback: D): number | D {
    if (value === undefined) return fallback
    return Number.isSafeInteger(value) && (value as number) >= 1
      ? (value as number)
      : this.#refuse(option, 'an integer from 1', value)
  }

  /** A whole number that PostgreSQL keeps in four bytes. */
  integer<D>(option: string, value: unknown, fallback: D): number | D {
    if (value === undefined) return fallback
    if (typeof value === 'number' && value === (value | 0)) return value
    return this.#refuse(option, 'a whole number from -2147483648 to 2147483647', value)
  }

  share<D>(option: string, value: unknown, fallback: D): number | D {
    if (value === undefined) return fallback
    return typeof value === 'number' && value >= 0 && value <= 1
      ? value
      : this.#refuse(option, 'a number from 0 to 1', value)
  }

  durationMs<D>(option: string, value: unknown, fallback: D, { zero = false } = {}): number | D {
    if (value === undefined) return fallback
    if (typeof value === 'number' && Number.isFinite(value) && (zero ? value >= 0 : value > 0)) return value
    return this.#refuse(option, `milliseconds, a number ${zero ? 'from 0' : 'greater than 0'}`, value)
  }

  list<T>(option: string, value: unknown, member: (option: string, value: unknown) => T): readonly T[] {
    if (value === undefined) return Object.freeze([])
    if (!Array.isArray(value)) return this.#refuse(option, 'a list', value)
    return Object.freeze(value.map((one, index) => member(`${option}[${index}]`, one)))
  }

  oneOf<const T extends string>(option: string, value: unknown, choices: readonly T[], fallback: T): T {
    if (value === undefined) return fallback
    const found = choices.find((choice) => choice === value)
    return found ?? this.#refuse(option, `one of ${choices.map((choice) => `"${choice}"`).join(', ')}`, value)
  }

  /** A copy of a value that JSON can hold, frozen all the way down. */
  json(option: string, value: unknown): Readonly<Record<string, unknown>> | undefined {
    const object = this.object(option, value)
    if (object === undefined) return undefined
    try {
      return JSON.parse(JSON.stringify(object), (_, member) => Object.freeze(member))
    } catch (cause) {
      throw new InvalidDefinitionOptionError(
        { ...this.#subject, option },
        { expected: 'an object that can be written as JSON, because it is stored', received: value, cause },
      )
    }
  }

  #refuse(option: string, expected: string, received: unknown): never {
    throw new InvalidDefinitionOptionError({ ...this.#subject, option }, { expected, received })
  }
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
