import type { ExportCompression, ExportContext, ExportedFile, ExporterDefinition } from '../contracts/exporter.js'
import { ExportRecordsLeftError } from '../errors/export-errors.js'
import { ChunkPump } from './chunk-pump.js'
import type { Projection } from './column-projection.js'
import { compressed } from './compression.js'
import type { ExportHold } from './export-hold.js'
import type { ExportOutput } from './export-output.js'
import type { ProgressTeller } from './export-progress.js'
import { flattenedColumns } from './flatten-columns.js'
import type { CheckedFlattening } from './flatten-rules.js'
import { RecordReader } from './record-reader.js'
import type { RecordSource } from './record-source.js'
import type { RecordTape } from './record-tape.js'

/** An export that was accepted, with all that it needs. */
export interface ExportPlan {
  readonly format: string
  readonly source: RecordSource
  readonly exporter: ExporterDefinition
  readonly options: Readonly<Record<string, unknown>>
  readonly projection: Projection
  readonly flattening: CheckedFlattening | undefined
  readonly compression: ExportCompression
  readonly splitBytes: number
  readonly output: ExportOutput
  readonly signal: AbortSignal
  /** Of an incremental export. */
  readonly hold: ExportHold | undefined
  readonly progress: ProgressTeller | undefined
}

/** One export on its way: reads the tape to its end, and writes it in one part or several. */
export class ExportRun {
  readonly #plan: ExportPlan
  readonly #tape: RecordTape
  #reader: RecordReader | undefined
  #pump: ChunkPump | undefined
  #recordsBefore = 0
  #bytes = 0

  constructor(plan: ExportPlan, tape: RecordTape) {
    this.#plan = plan
    this.#tape = tape
  }

  /** How many records exporters have taken so far. */
  get records(): number {
    return this.#recordsBefore + (this.#reader?.records ?? 0)
  }

  /** How many bytes were written so far. */
  get bytes(): number {
    return this.#bytes
  }

  /** What went wrong in reading or in the exporter, as the caller is to see it. */
  get failure(): { readonly error: unknown } | undefined {
    return this.#pump?.failure ?? this.#tape.failure
  }

  async finish(): Promise<readonly ExportedFile[]> {
    const { output, hold } = this.#plan
    try {
      const context = await this.#context()
      let isWhole = hold === undefined
      // An incremental export without news writes no file; any other one writes a file without records.
      while (isWhole || (await this.#tape.hasMore())) {
        isWhole = false
        if (!(await this.#writePart(context)) || !output.mayBeSplit) break
      }
      if (hold !== undefined && this.#tape.position !== undefined) await hold.advance(this.#tape.position)
      return await output.finish()
    } finally {
      await this.#tape.close().catch(() => undefined)
    }
  }

  /** Columns are fixed from the beginning of an export, for all of its parts. */
  async #context(): Promise<ExportContext> {
    const { source, projection, flattening, options, signal } = this.#plan
    let { columns, project } = projection
    if (flattening !== undefined) {
      const { records, isAll } = await this.#tape.preview(flattening.sample)
      const flat = flattenedColumns(columns, { records: projection.project(records), isAll }, flattening)
      columns = flat.columns
      project = (page) => flat.project(projection.project(page))
    }
    this.#tape.projection = project
    const kinds = Object.entries(source.kinds).filter(([column]) => columns.includes(column))
    return { source: source.name, columns, columnKinds: Object.fromEntries(kinds), options, signal }
  }

  /** False: the exporter has not read to the end, and is asked for no further part. */
  async #writePart(context: ExportContext): Promise<boolean> {
    const { source, exporter, format, output, compression, splitBytes, signal, hold } = this.#plan
    const bytesBefore = this.#bytes
    const isFull = () => output.mayBeSplit && this.#bytes - bytesBefore >= splitBytes
    const reader = new RecordReader(this.#tape.slice(isFull, hold !== undefined), source.name, signal)
    const pump = new ChunkPump({ exporter, format, reader, context, chunkLength: Math.min(splitBytes, 65_536) })
    this.#recordsBefore = this.records
    this.#reader = reader
    this.#pump = pump
    await output.write(this.#counted(compressed(pump.chunks(), compression)), signal)
    if (hold !== undefined && !reader.isExhausted)
      throw new ExportRecordsLeftError(exporter.name, source.name, reader.records)
    const { position } = this.#tape
    await output.seal({ records: reader.records, bytes: this.#bytes - bytesBefore, position })
    return reader.isExhausted
  }

  async *#counted(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      this.#bytes += chunk.length
      this.#plan.progress?.tell(this.records, this.#bytes, this.#tape.position)
      yield chunk
    }
  }
}
