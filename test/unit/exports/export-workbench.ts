import { randomUUID } from 'node:crypto'
import type { ExportCursorStore } from '../../../core/contracts/export-cursors.js'
import type { ExporterDefinition, ExportRequest } from '../../../core/contracts/exporter.js'
import type { LogEntry, LogQuery, Page, PageOf, StepWithTask, Store } from '../../../core/contracts/store.js'
import type { TaskRecord } from '../../../core/contracts/task-record.js'
import { UnknownFormatError } from '../../../core/errors/registry-errors.js'
import { assertLifecyclePayload } from '../../../core/events/event-validation.js'
import { maskPayload } from '../../../core/events/masking.js'
import { ExportCoordinator } from '../../../core/exports/export-coordinator.js'
import { ExporterHooks } from '../../../core/exports/exporter-hooks.js'
import type { Mask } from '../../../core/exports/record-source.js'
import { recordSources } from '../../../core/exports/record-sources.js'
import { formatPosition, parsePosition } from '../../../core/workflow/log-position.js'
import { csvExporter } from '../../../exporters/csv/index.js'
import { jsonExporter } from '../../../exporters/json/index.js'
import { ndjsonExporter } from '../../../exporters/ndjson/index.js'

/** What there is to export, and how it is read. */
export interface WorkbenchSettings {
  readonly tasks?: readonly TaskRecord[]
  readonly steps?: readonly StepWithTask[]
  readonly log?: readonly LogEntry[]
  readonly metrics?: Awaited<ReturnType<Store['readMetrics']>>
  readonly exporters?: readonly ExporterDefinition[]
  readonly beforeExport?: (request: ExportRequest) => unknown
  /** Called before each page is read; throws for a store that fails. */
  readonly onRead?: (pages: number) => void
  /** Sensitive paths by definition key. */
  readonly sensitive?: Readonly<Record<string, readonly string[]>>
}

export interface PublishedEvent {
  readonly name: string
  readonly payload: Readonly<Record<string, unknown>>
}

/** A coordinator with the real sources and exporters over lists in memory, which are read by keyset pages as a store's are. */
export function workbench(settings: WorkbenchSettings = {}) {
  const events: PublishedEvent[] = []
  const warnings: unknown[][] = []
  const store = listStore(settings)
  const sensitive = settings.sensitive ?? {}
  const mask: Mask = (value, key = '') => maskPayload(value, { sensitivePaths: sensitive[key] ?? [] })
  const exporters = [...(settings.exporters ?? []), csvExporter, jsonExporter, ndjsonExporter]
  const coordinator = new ExportCoordinator({
    exporters: {
      forFormat(format) {
        const found = exporters.find(({ formats }) => formats.includes(format.toLowerCase()))
        if (found === undefined)
          throw new UnknownFormatError(
            format,
            exporters.flatMap(({ formats }) => formats),
          )
        return found
      },
    },
    sources: recordSources({ store, mask }),
    publish(name, payload) {
      assertLifecyclePayload(name, payload)
      events.push({ name, payload: payload as PublishedEvent['payload'] })
    },
    store,
    beforeExport: settings.beforeExport ?? (() => undefined),
    askedChange: nothingHere,
    hooks: new ExporterHooks({ warn: (...line: unknown[]) => void warnings.push(line) }, { mostWaitMs: 20 }),
    mask,
    leaseMs: 5_000,
    clock: { monotonic: () => performance.now(), now: () => Date.now() },
    ids: { next: randomUUID },
  })
  return { run: (request: ExportRequest) => coordinator.run(request), events, warnings, store }
}

/** Incremental exports are tested on the real databases. */
const nothingHere = async (): Promise<never> => {
  throw new RangeError('no incremental exports here')
}
const noCursors: ExportCursorStore = {
  holdExport: nothingHere,
  keepExport: nothingHere,
  announcePart: nothingHere,
  settlePart: nothingHere,
  advanceExport: nothingHere,
  releaseExport: nothingHere,
  listExports: nothingHere,
  acceptExportLoss: nothingHere,
  forgetExport: nothingHere,
}

function listStore({ tasks = [], steps = [], log = [], metrics = [], onRead }: WorkbenchSettings) {
  const store = {
    pagesRead: 0,
    listTasks: async (_: unknown, page?: Page) => pageOf(tasks, page),
    listSteps: async (_: unknown, page?: Page) => pageOf(steps, page),
    async readLog({ after, limit = 100, taskId }: LogQuery) {
      read()
      const last = after === undefined ? 0n : BigInt(parsePosition(after)?.logId ?? Number.NaN)
      const isAsked = (entry: LogEntry) => BigInt(entry.id) > last && (taskId ?? entry.taskId) === entry.taskId
      return log.flatMap((entry) => (isAsked(entry) ? [{ ...entry, firstIndex: 0 }] : [])).slice(0, limit)
    },
    readMetrics: async () => metrics,
    logEnd: async () => {
      const last = log.at(-1)
      return last && formatPosition(last.id, last.events.length - 1)
    },
    countTasks: async () => ({ complete: tasks.length }) as Awaited<ReturnType<Store['countTasks']>>,
    ...noCursors,
  }
  function read(): void {
    onRead?.(store.pagesRead)
    store.pagesRead++
  }
  function pageOf<T>(items: readonly T[], { limit = 100, after = '0' }: Page = {}): PageOf<T> {
    read()
    const end = Number(after) + limit
    return { items: items.slice(Number(after), end), ...(end < items.length ? { next: String(end) } : {}) }
  }
  return store
}
