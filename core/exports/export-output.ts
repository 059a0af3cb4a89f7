import type { ExportedFile } from '../contracts/exporter.js'

/** What was written in one piece. */
export interface PartSize {
  readonly records: number
  readonly bytes: number
  /** Position in the log up to which everything is in it and in what was written before. */
  readonly position?: string | undefined
}

/** Where the bytes of an export go: in one part or, where it may be split, in several, each written and then sealed. */
export interface ExportOutput {
  /** How messages call it. */
  readonly name: string
  readonly mayBeSplit: boolean
  /** Writes all chunks of one part, as fast as they can be taken. */
  write(chunks: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void>
  /** The part that was written is whole. */
  seal(size: PartSize): Promise<void>
  /** All parts are written: gives the files. */
  finish(): Promise<readonly ExportedFile[]>
  /** The export has failed: removes or marks what was written, and gives the files that stay. Called once, in place of {@link finish}. */
  abandon(): Promise<readonly ExportedFile[]>
}
