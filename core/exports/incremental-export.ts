import { ExportChangedError } from '../errors/export-errors.js'
import { ExportHold, type HoldPorts } from './export-hold.js'
import type { ExportOutput } from './export-output.js'
import type { CheckedRequest } from './export-request-check.js'
import { completePart, IncrementalOutput } from './incremental-output.js'

/**
 * Takes an incremental export for one run of it.
 *
 * @throws ExportHeldError, ExportChangedError
 */
export async function takeExport(
  ports: HoldPorts,
  { incremental, source, filters }: CheckedRequest,
  holder: string,
  signal: AbortSignal,
): Promise<ExportHold> {
  // As the database gives them back.
  const asked = JSON.parse(JSON.stringify({ source: source.name, filters })) as Pick<
    ExportHold['cursor'],
    'source' | 'filters'
  >
  const hold = await ExportHold.take(ports, { ...asked, name: incremental as string, holder }, signal)
  const { source: name, filters: before } = hold.cursor
  if (name === asked.source && sorted(before) === sorted(asked.filters)) return hold
  await hold.release()
  throw new ExportChangedError(hold.name, { source: name, filters: before }, asked)
}

/** Ends what a run before has left half done, and gives the output for the files of this one. */
export async function incrementalOutput(hold: ExportHold, path: string, holder: string): Promise<ExportOutput> {
  await hold.completeLeftPart((part) => completePart(hold, part))
  const output = new IncrementalOutput(path, hold, holder)
  await output.prepare()
  return output
}

/** Members in one order, because the database has its own; and lists, in which the order means nothing, nor a list of one. */
function sorted(filters: object): string {
  const entries = Object.entries(filters).sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify(entries.map(([name, value]) => [name, [value].flat().sort()]))
}
