import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormatsModule from 'ajv-formats'
import type { JsonSchema, SchemaCheck, SchemaResult } from '../contracts/task-definition.js'
import { InvalidSchemaError, MissingJsonSchemaError, show } from '../errors/definition-errors.js'
import { isStandardSchema, type SchemaSource, type StandardIssue, type StandardSchema } from './schema-source.js'

// ajv-formats is CommonJS with `module.exports = exports = plugin`: under nodenext its types put the function at `.default`,
// and at run time it is there too.
const addFormats = addFormatsModule.default

/** What a schema belongs to. */
export interface SchemaUse {
  /** How problems name the value: the first part of their paths. */
  readonly root: 'context' | 'results' | 'options' | 'payload'
  /** How errors about the schema itself name it: `the context of task payments.refund@1.0.0`. */
  readonly owner: string
  /** The schema as JSON Schema, for Standard Schemas that cannot say themselves. */
  readonly jsonSchema?: JsonSchema
}

/**
 * Makes a {@link SchemaCheck} of a TypeBox type, of JSON Schema (2020-12, or draft-07 where `$schema` says so) or of a
 * Standard Schema.
 *
 * JSON Schema is checked on the value's JSON form, a copy: defaults are filled in there and the caller's value stays as it is.
 * A missing context counts as `{}` where the schema describes an object.
 *
 * @throws InvalidSchemaError when it is no schema or not valid JSON Schema
 * @throws MissingJsonSchemaError when a Standard Schema comes without JSON Schema
 * @example
 * const check = createSchemaCheck(Type.Object({ id: Type.Integer() }), { root: 'context', owner: 'the context of task a.b' })
 * await check.check({ id: 'x' })   // { ok: false, problems: [{ path: 'context.id', message: 'must be integer' }] }
 */
export function createSchemaCheck(source: SchemaSource, use: SchemaUse): SchemaCheck {
  if (isStandardSchema(source)) return standardSchemaCheck(source, use)
  if (typeof source !== 'object' || source === null || Array.isArray(source)) {
    throw new InvalidSchemaError(use.owner, { received: show(source) })
  }
  return jsonSchemaCheck(toJsonSchema(source as JsonSchema, use), use)
}

function standardSchemaCheck(source: StandardSchema, use: SchemaUse): SchemaCheck {
  const { validate } = source['~standard']
  return Object.freeze({
    jsonSchema: jsonSchemaOf(source, use),
    async check(value: unknown): Promise<SchemaResult> {
      const result = await validate(value)
      if (result.issues === undefined) return { ok: true, value: result.value }
      return { ok: false, problems: result.issues.map((issue) => issueProblem(issue, use.root)) }
    },
  })
}

function jsonSchemaOf(source: StandardSchema, use: SchemaUse): JsonSchema {
  const { jsonSchema, vendor } = source['~standard']
  if (use.jsonSchema !== undefined) {
    const beside = toJsonSchema(use.jsonSchema, use)
    compile(beside, use)
    return beside
  }
  if (jsonSchema === undefined) throw new MissingJsonSchemaError(use.owner, vendor)
  try {
    return toJsonSchema(jsonSchema.input({ target: 'draft-2020-12' }), use)
  } catch (cause) {
    throw new MissingJsonSchemaError(use.owner, vendor, cause)
  }
}

function issueProblem(issue: StandardIssue, root: string) {
  const keys = (issue.path ?? []).map((part) => (typeof part === 'object' ? part.key : part))
  return { path: root + keys.map((key) => pathPart(String(key))).join(''), message: issue.message }
}

function jsonSchemaCheck(jsonSchema: JsonSchema, use: SchemaUse): SchemaCheck {
  const validate = compile(jsonSchema, use)
  return Object.freeze({
    jsonSchema,
    check(value: unknown): SchemaResult {
      const copy = jsonCopy(value === undefined ? absentValue(jsonSchema, use) : value)
      if (!copy.ok) return { ok: false, problems: [{ path: use.root, message: copy.message }] }
      if (validate(copy.value)) return { ok: true, value: copy.value }
      return { ok: false, problems: (validate.errors ?? []).map((error) => ajvProblem(error, use.root)) }
    },
  })
}

function absentValue(schema: JsonSchema, use: SchemaUse): unknown {
  return schema.default ?? (use.root !== 'results' && schema.type === 'object' ? {} : undefined)
}

function jsonCopy(value: unknown): { ok: true; value: unknown } | { ok: false; message: string } {
  try {
    const text = JSON.stringify(value)
    return { ok: true, value: text === undefined ? null : JSON.parse(text) }
  } catch (error) {
    return { ok: false, message: `cannot be written as JSON: ${(error as Error).message}` }
  }
}

function compile(schema: JsonSchema, use: SchemaUse): ValidateFunction {
  try {
    return validatorFor(schema).compile(schema)
  } catch (cause) {
    throw new InvalidSchemaError(use.owner, { received: show(schema), reason: (cause as Error).message, cause })
  }
}

// `addUsedSchema: false`: two tasks may use schemas of one `$id`. `strict: false`: unknown keywords are annotations.
const ajvOptions = { useDefaults: true, allErrors: true, strict: false, addUsedSchema: false } as const
const validators = new Map<string, Ajv>()

function validatorFor(schema: JsonSchema): Ajv {
  const draft = /draft-0[67]/.test(String(schema.$schema)) ? 'draft-07' : '2020-12'
  let validator = validators.get(draft)
  if (validator === undefined) {
    validator = draft === 'draft-07' ? new Ajv(ajvOptions) : new Ajv2020(ajvOptions)
    addFormats(validator)
    validators.set(draft, validator)
  }
  return validator
}

/** A deep, plain copy of a schema; TypeBox lets `pattern` be a RegExp. */
function toJsonSchema(source: JsonSchema, use: SchemaUse): JsonSchema {
  try {
    return deepFreeze(
      JSON.parse(JSON.stringify(source, (_, value) => (value instanceof RegExp ? value.source : value))),
    )
  } catch (cause) {
    throw new InvalidSchemaError(use.owner, { received: show(source), reason: (cause as Error).message, cause })
  }
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const member of Object.values(value)) deepFreeze(member)
    Object.freeze(value)
  }
  return value
}

function ajvProblem(error: ErrorObject, root: string) {
  const parts = error.instancePath.split('/').slice(1).map(unescapePointer)
  if (error.keyword === 'required') parts.push(error.params.missingProperty)
  if (error.keyword === 'additionalProperties') parts.push(error.params.additionalProperty)
  return { path: root + parts.map(pathPart).join(''), message: ajvMessage(error) }
}

function ajvMessage(error: ErrorObject): string {
  if (error.keyword === 'required') return 'is required'
  if (error.keyword === 'additionalProperties') return 'is not a known property'
  if (error.keyword === 'enum')
    return `must be one of ${error.params.allowedValues.map((v: unknown) => JSON.stringify(v)).join(', ')}`
  if (error.keyword === 'const') return `must be ${JSON.stringify(error.params.allowedValue)}`
  return error.message ?? `fails ${error.keyword}`
}

function pathPart(key: string): string {
  if (/^\d+$/.test(key)) return `[${key}]`
  return /^[A-Za-z_$][\w$-]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`
}

function unescapePointer(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~')
}
