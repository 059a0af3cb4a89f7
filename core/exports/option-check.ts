import type { ErrorObject, ValidateFunction } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { ExporterDefinition } from '../contracts/exporter.js'
import { type ExportOptionProblem, InvalidExportOptionsError } from '../errors/export-errors.js'
import { nearestName } from '../errors/nearest-name.js'

type Options = Readonly<Record<string, unknown>>

/** Checks options against the schemas of exporters, each compiled once. */
export class OptionCheck {
  /** Made for the first exporter that has a schema: most processes export nothing. */
  #ajv: Ajv2020 | undefined
  readonly #compiled = new WeakMap<ExporterDefinition, ValidateFunction>()

  /**
   * The options with defaults filled in. Those of an exporter without a schema are its own affair.
   *
   * @throws InvalidExportOptionsError
   */
  check(exporter: ExporterDefinition, options: Options = {}): Options {
    if (exporter.options === undefined) return options
    const validate = this.#validatorOf(exporter, exporter.options)
    const filled = structuredClone(options)
    if (validate(filled)) return filled
    throw refusal(exporter, validate.errors ?? [])
  }

  #validatorOf(exporter: ExporterDefinition, schema: object): ValidateFunction {
    let validate = this.#compiled.get(exporter)
    if (validate === undefined) {
      this.#ajv ??= new Ajv2020({ useDefaults: true, allErrors: true, strict: false, validateFormats: false })
      validate = this.#ajv.compile(schema)
      this.#compiled.set(exporter, validate)
    }
    return validate
  }
}

function refusal(exporter: ExporterDefinition, errors: readonly ErrorObject[]): InvalidExportOptionsError {
  const choices = Object.keys((exporter.options?.properties as object | undefined) ?? {})
  const unknown = errors.map(({ params }) => params.additionalProperty).find((name) => typeof name === 'string')
  const nearest = unknown === undefined ? undefined : nearestName(unknown, choices)
  return new InvalidExportOptionsError(exporter.name, errors.map(toProblem), choices, nearest)
}

function toProblem({ instancePath, message = 'is not valid', params }: ErrorObject): ExportOptionProblem {
  const path = instancePath.slice(1).replaceAll('/', '.')
  if (params.additionalProperty !== undefined)
    return { path, message: `there is no option "${params.additionalProperty}"` }
  const allowed = Array.isArray(params.allowedValues) ? `: ${JSON.stringify(params.allowedValues)}` : ''
  return { path, message: `${message}${allowed}` }
}
