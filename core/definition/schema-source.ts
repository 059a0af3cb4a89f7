import type { Static } from 'typebox'
import type { JsonSchema } from '../contracts/task-definition.js'

/** What a Standard Schema's `validate` gives. See https://standardschema.dev */
export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] }

export interface StandardIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** A schema of zod, valibot, arktype or any other library that follows https://standardschema.dev. */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
    /** Libraries that can say their schemas as JSON Schema. */
    readonly jsonSchema?: { readonly input: (options: { readonly target: string }) => Record<string, unknown> }
  }
}

/** A type of TypeBox: JSON Schema that knows its TypeScript type. */
export type TypeBoxSchema = { readonly '~kind': string } | { readonly '~unsafe': unknown }

/** What Tasker takes wherever it takes a schema: TypeBox, plain JSON Schema, or a Standard Schema. */
export type SchemaSource = TypeBoxSchema | StandardSchema | JsonSchema

/** The type of what a schema lets through; `unknown` for plain JSON Schema. */
export type SchemaOutput<S> = [S] extends [never]
  ? unknown
  : S extends { readonly '~standard': { readonly types?: infer T } }
    ? NonNullable<T> extends { readonly output: infer Output }
      ? Output
      : unknown
    : S extends TypeBoxSchema
      ? Static<S>
      : unknown

/** The type of what may be handed to a schema: before defaults and transformations. */
export type SchemaInput<S> = [S] extends [never]
  ? unknown
  : S extends { readonly '~standard': { readonly types?: infer T } }
    ? NonNullable<T> extends { readonly input: infer Input }
      ? Input
      : unknown
    : S extends TypeBoxSchema
      ? Static<S>
      : unknown

/** Whether a value follows https://standardschema.dev; arktype's schemas are functions. */
export function isStandardSchema(value: unknown): value is StandardSchema {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
  const standard = (value as Record<string, unknown>)['~standard']
  return typeof standard === 'object' && standard !== null && 'validate' in standard
}
