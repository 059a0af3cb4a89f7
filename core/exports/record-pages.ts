import type { ExportRecord, ExportRecords } from '../contracts/exporter.js'

const RECORDS_PER_PAGE = 64

/**
 * The records of an export in arrays, so that an exporter waits once per page instead of once per record.
 *
 * Records of Tasker come in the pages in which they were read; any other iterable is read up to 64 records ahead.
 *
 * @example
 * for await (const page of recordPages(records)) yield page.map(toLine).join('')
 */
export function recordPages(records: ExportRecords): AsyncIterable<readonly ExportRecord[]> {
  return records.pages?.() ?? pagesOf(records)
}

async function* pagesOf(records: AsyncIterable<ExportRecord>): AsyncIterable<readonly ExportRecord[]> {
  let page: ExportRecord[] = []
  for await (const record of records) {
    page.push(record)
    if (page.length < RECORDS_PER_PAGE) continue
    yield page
    page = []
  }
  if (page.length > 0) yield page
}
