import type { ValidateFunction } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describeOrigin, type Origin } from '../contracts/origin.js'
import type { PluginDefinition } from '../contracts/plugin.js'
import type { JsonSchema } from '../contracts/task-definition.js'
import { PluginOptionsInvalidError } from '../errors/kernel-errors.js'

export type PluginOptions = Readonly<Record<string, unknown>>

const settings = { allErrors: true, useDefaults: true, strict: false, addUsedSchema: false } as const
/** Of schemas → what checks them: a process that boots often, as tests do, compiles each once. */
const compiled = new WeakMap<JsonSchema, ValidateFunction>()
let strangers: Ajv2020 | undefined
let ourOwn: Ajv2020 | undefined

/** The options of a plugin by its schema, defaults filled in. Throws PluginOptionsInvalidError. */
export function checkPluginOptions(plugin: PluginDefinition, given: PluginOptions, origin: Origin): PluginOptions {
  if (plugin.options === undefined) return given
  const options = structuredClone(given)
  const check = optionCheck(plugin.options, origin)
  if (check(options)) return options
  const problems = (check.errors ?? []).map(
    (error) => `options${error.instancePath.replaceAll('/', '.')} ${error.message}`,
  )
  throw new PluginOptionsInvalidError(plugin.name, problems, origin.place ? describeOrigin(origin) : undefined)
}

/**
 * What checks the options of a plugin against its schema, filling in defaults.
 *
 * Whether a schema is one is only asked of what others bring: to compile the schema of schemas takes 40 ms of the first boot.
 */
function optionCheck(schema: JsonSchema, origin: Origin | undefined): ValidateFunction {
  let check = compiled.get(schema)
  if (check === undefined) {
    check = compilerFor(origin).compile(schema)
    compiled.set(schema, check)
  }
  return check
}

function compilerFor(origin: Origin | undefined): Ajv2020 {
  if (origin?.kind === 'built_in') {
    ourOwn ??= new Ajv2020({ ...settings, validateSchema: false })
    return ourOwn
  }
  strangers ??= new Ajv2020(settings)
  return strangers
}
