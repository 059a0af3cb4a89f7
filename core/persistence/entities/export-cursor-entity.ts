import { defineEntity, p } from '@mikro-orm/core'
import type { ExportPart } from '../../contracts/export-cursors.js'
import type { ExportFilters, ExportSource } from '../../contracts/exporter.js'
import { IsoTimestamp } from '../iso-timestamp.js'

/** `export_cursors`: how far each incremental export is. */
export const ExportCursorEntity = defineEntity({
  name: 'ExportCursor',
  tableName: 'export_cursors',
  properties: {
    name: p.text().primary(),
    source: p.text().$type<ExportSource>(),
    filters: p.json<ExportFilters>(),
    /** Position in the log up to which everything was exported. */
    position: p.text().nullable(),
    /** Id of the last entry of the log whose loss is no news to it. */
    lostBefore: p.bigint('string'),
    files: p.integer(),
    records: p.bigint('string'),
    lastFile: p.text().nullable(),
    /** The file that is about to be given its name, or has it already. */
    part: p.json<ExportPart>().nullable(),
    /** The run that holds it. */
    holder: p.text().nullable(),
    leaseMs: p.integer(),
    /** When its holder said last that it lives, by the clock of the database. */
    heldAt: p.type(IsoTimestamp),
    createdAt: p.type(IsoTimestamp),
    updatedAt: p.type(IsoTimestamp),
  },
})
