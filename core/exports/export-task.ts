import { mkdir } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { ExportFilters, ExportRequest, ExportsApi } from '../contracts/exporter.js'
import type { ScheduledExport, ScheduledExportRequest } from '../contracts/scheduled-export.js'
import type { DefinedTask } from '../contracts/task-definition.js'
import { defineTask } from '../definition/define-task.js'
import { InvalidExportRequestError } from '../errors/export-errors.js'
import { outputAt } from './output-template.js'

/** Where scheduled exports come from in the lists of tasks: `tasker.export@1.0.0`. */
export const exportTaskName = { namespace: 'tasker', name: 'export', version: '1.0.0' } as const

/** Most files that the result of the step names. */
const mostFiles = 1000
/** How often the step says that it goes on, in milliseconds. */
const progressStepMs = 1_000

/** The context of the task of a scheduled export. */
export interface ExportTaskContext {
  readonly request: ScheduledExportRequest
  readonly timeZone: string
  /** What an incremental export is called that has no name of its own. */
  readonly name: string
}

export interface ExportTaskPorts {
  readonly exports: ExportsApi
  /** What relative paths start from. */
  readonly directory: string
  /** When the task was due: the time of its schedule. */
  dueAt(taskId: string): Promise<number>
}

/** The task that a scheduled export is: one step, which runs the export of its context. */
export function exportTask({ exports, directory, dueAt }: ExportTaskPorts): DefinedTask {
  const description = 'Runs a scheduled export: see `exports.schedules` of the configuration.'
  return defineTask({ ...exportTaskName, description }).step(
    'export',
    async ({ context, taskId, signal, progress }) => {
      const asked = context as ExportTaskContext
      const request = requestAt(asked, await dueAt(taskId), directory)
      await mkdir(dirname(request.output as string), { recursive: true })
      let toldAt = performance.now()
      const onProgress: ExportRequest['onProgress'] = (records, { share = 0 }) => {
        if (performance.now() - toldAt < progressStepMs) return
        toldAt = performance.now()
        progress(share, `${records} records`)
      }
      const { files, exportId, records, bytes, durationMs } = await exports.run({ ...request, signal, onProgress })
      const paths = files.slice(0, mostFiles).map(({ path }) => path)
      return { exportId, records, bytes, durationMs: Math.round(durationMs), fileCount: files.length, files: paths }
    },
  ) as unknown as DefinedTask
}

/** The context of the task of a declared export. */
export function exportTaskContext(name: string, declared: ScheduledExport): ExportTaskContext {
  const { description, cron, everyMs, catchUp, overlap, timeZone = 'UTC', ...request } = declared
  return { name, timeZone, request }
}

/**
 * The export of a schedule at one of its times.
 *
 * @throws InvalidExportRequestError
 */
export function requestAt(
  { request, timeZone, name }: ExportTaskContext,
  time: number,
  directory: string,
): ExportRequest {
  const { output, lastMs, filters, incremental, ...rest } = request
  const isIncremental = incremental !== undefined && incremental !== false
  if (isIncremental && lastMs !== undefined)
    throw new InvalidExportRequestError('lastMs', {
      expected: 'none beside `incremental`, which has everything since its last run',
      received: String(lastMs),
      wayOut:
        'Leave one of them out: an incremental export keeps its filters, and this one would be another at each time',
    })
  return {
    ...rest,
    output: resolve(directory, outputAt(output, time, timeZone)),
    filters: { ...filters, ...spanBefore(time, lastMs) },
    ...(isIncremental ? { incremental: incremental === true ? name : incremental } : {}),
  }
}

function spanBefore(time: number, lastMs: number | undefined): ExportFilters {
  if (lastMs === undefined) return {}
  return { since: new Date(time - lastMs).toISOString(), until: new Date(time).toISOString() }
}
