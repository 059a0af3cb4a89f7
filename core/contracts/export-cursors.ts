import type { ChangeRecord } from './changes.js'
import type { ExportFilters, ExportSource, IncrementalExport } from './exporter.js'

/** A file of an incremental export that is written, and about to be given its name. */
export interface ExportPart {
  /** Path of the file while it had no name, and the one that it is given. */
  readonly partial: string
  readonly path: string
  /** Which folder that is, for whoever looks later: device and inode. */
  readonly folder: string
  readonly records: number
  readonly bytes: number
  /** Position in the log up to which everything is exported when it has its name. */
  readonly position: string
}

/** A run that asks for an incremental export. */
export interface CursorClaim {
  readonly name: string
  readonly source: ExportSource
  readonly filters: ExportFilters
  /** Unique to the run. */
  readonly holder: string
  /** How long after its last word the run counts as gone, by the clock of the database, in milliseconds. */
  readonly leaseMs: number
  /** The Clock's time, as ISO 8601. */
  readonly now: string
}

/** An incremental export as the run that holds it finds it. */
export interface HeldCursor
  extends Pick<IncrementalExport, 'source' | 'filters' | 'position' | 'files' | 'records' | 'createdAt'> {
  /** Id of the last entry of the log whose loss is no news: it was gone when the export was begun, or its loss was accepted. */
  readonly lostBefore: string
  /** A file that may have its name already, of a run that was killed. */
  readonly part: ExportPart | null
}

/** Makes what is noted among the changes, in the same transaction. */
export type ChangeOfExport = (data: ChangeRecord['data']) => ChangeRecord

/**
 * Where incremental exports keep how far they are. One run holds one at a time; what a run writes that no longer holds it is refused:
 * those methods give false.
 */
export interface ExportCursorStore {
  /** Creates it, or takes it if nobody holds it or its holder is gone; undefined if a run holds it. */
  holdExport(claim: CursorClaim): Promise<HeldCursor | undefined>
  /** Says that the run lives. */
  keepExport(name: string, holder: string): Promise<boolean>
  /** Notes the file that is about to be given its name. */
  announcePart(name: string, holder: string, part: ExportPart): Promise<boolean>
  /** Notes that the announced file has its name. */
  settlePart(name: string, holder: string, now: string): Promise<boolean>
  /** Moves on over entries that hold nothing to export. */
  advanceExport(name: string, holder: string, position: string): Promise<boolean>
  releaseExport(name: string, holder: string): Promise<void>
  listExports(): Promise<readonly IncrementalExport[]>
  /** False if there is none, here and below. The change is told which losses are accepted. */
  acceptExportLoss(name: string, changeOf: ChangeOfExport): Promise<boolean>
  /** The change is told what is forgotten: how far the export was. */
  forgetExport(name: string, changeOf: ChangeOfExport): Promise<boolean>
}
