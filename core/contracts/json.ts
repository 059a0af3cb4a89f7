/** What JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/**
 * The type of a value after it went through JSON: what a dependent step receives of a result.
 * A `Date` becomes a string, functions and `undefined` members disappear, `toJSON` is honoured.
 */
export type Jsonify<T> = unknown extends T
  ? T
  : T extends { toJSON(): infer R }
    ? Jsonify<R>
    : T extends null | boolean | number | string
      ? T
      : T extends undefined | symbol | ((...args: never[]) => unknown)
        ? never
        : T extends bigint
          ? never
          : T extends readonly unknown[]
            ? { [K in keyof T]: [Jsonify<T[K]>] extends [never] ? null : Jsonify<T[K]> }
            : T extends object
              ? JsonifyObject<T>
              : never

type JsonKeys<T> = {
  [K in keyof T]: K extends symbol ? never : [Jsonify<Exclude<T[K], undefined>>] extends [never] ? never : K
}[keyof T]

type OptionalKeys<T> = { [K in keyof T]: undefined extends T[K] ? K : never }[keyof T]

type JsonifyObject<T> = Flatten<
  { [K in Exclude<JsonKeys<T>, OptionalKeys<T>>]: Jsonify<T[K]> } & {
    [K in Extract<JsonKeys<T>, OptionalKeys<T>>]?: Jsonify<Exclude<T[K], undefined>>
  }
>

type Flatten<T> = { [K in keyof T]: T[K] }
