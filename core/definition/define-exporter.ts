import {
  type DefinedExporter,
  EXPORTER_BRAND,
  type ExportContext,
  type ExporterHead,
  type ExportRecord,
} from '../contracts/exporter.js'
import type { JsonSchema } from '../contracts/task-definition.js'
import { InvalidExtensionError } from '../errors/definition-errors.js'
import type { SchemaOutput, TypeBoxSchema } from './schema-source.js'

/** An exporter as it is written: its `options` are typed by their schema. */
export interface ExporterOptions<Schema extends TypeBoxSchema | JsonSchema> extends ExporterHead {
  /** TypeBox type or JSON Schema of its options; those that are absent are filled in from its defaults. */
  readonly options?: Schema
  /** Records in, chunks of text or bytes out; `signal` fires when the export is given up. */
  export(
    records: AsyncIterable<ExportRecord>,
    context: Omit<ExportContext, 'options'> & { readonly options: OptionsOf<Schema> },
  ): AsyncIterable<string | Uint8Array>
}

/** Options as they arrive: typed by their schema, else any object. */
export type OptionsOf<Schema> =
  unknown extends SchemaOutput<Schema> ? Readonly<Record<string, unknown>> : Readonly<SchemaOutput<Schema>>

/**
 * Makes an exporter: it writes records in one or more formats.
 *
 * @throws InvalidExtensionError
 * @example
 * export const linesExporter = defineExporter({
 *   name: 'lines', formats: ['lines'], contentType: 'text/plain', fileExtension: 'txt',
 *   options: Type.Object({ indent: Type.Integer({ default: 2 }) }),
 *   async *export(records, { options }) {
 *     for await (const record of records) yield `${JSON.stringify(record, null, options.indent)}\n`
 *   },
 * })
 */
export function defineExporter<Schema extends TypeBoxSchema | JsonSchema = never>(
  exporter: ExporterOptions<Schema>,
): DefinedExporter {
  const { name, formats } = exporter
  if (typeof name !== 'string' || name.trim() === '') {
    throw new InvalidExtensionError('exporter', name, {
      problem: 'it has no name',
      expected: 'a name that is not empty',
    })
  }
  if (!Array.isArray(formats) || formats.length === 0) {
    throw new InvalidExtensionError('exporter', name, {
      problem: 'it serves no format',
      expected: 'a list of at least one format',
      received: formats,
      wayOut: "Write formats: ['yaml', 'yml']",
    })
  }
  if (typeof exporter.export !== 'function') {
    throw new InvalidExtensionError('exporter', name, {
      problem: 'it cannot export',
      expected: 'a method async *export(records, context)',
      received: exporter.export,
    })
  }
  return Object.freeze({
    ...exporter,
    formats: Object.freeze([...formats]),
    [EXPORTER_BRAND]: true,
  }) as unknown as DefinedExporter
}
