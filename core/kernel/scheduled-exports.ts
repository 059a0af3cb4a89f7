import type { DeclaredSchedule } from '../config/config-schema.js'
import type { ScheduledExport } from '../contracts/scheduled-export.js'
import { ScheduledExportError } from '../errors/export-errors.js'
import { exportTask, exportTaskContext, exportTaskName, requestAt } from '../exports/export-task.js'
import type { Composition } from './compose.js'

/** Before the names of the schedules of exports, so that they are told from those of tasks. */
const prefix = 'export.'
const tagOfTime = 'scheduled:'

/** Registers the task of scheduled exports, where there are any. */
export function registerExportTask({ config, handlers, exports, storage, clock }: Composition): void {
  if (Object.keys(config.values.exports.schedules).length === 0) return
  const task = exportTask({
    exports,
    directory: config.directory,
    dueAt: async (taskId) => {
      const record = await storage.store.getTaskRecord(taskId)
      const tag = record?.tags.find((each) => each.startsWith(tagOfTime))
      const time = Date.parse(tag?.slice(tagOfTime.length) ?? record?.createdAt ?? '')
      return Number.isNaN(time) ? clock.now() : time
    },
  })
  handlers.register(task, { origin: { kind: 'built_in', place: 'exports.schedules' } })
}

/**
 * The schedules of the exports that the configuration declares: schedules of tasks like any other.
 *
 * @throws ScheduledExportError for one that cannot be meant as it stands
 */
export function exportSchedules({ config, exports, clock }: Composition): Readonly<Record<string, DeclaredSchedule>> {
  const declared = Object.entries(config.values.exports.schedules as Readonly<Record<string, ScheduledExport>>)
  return Object.fromEntries(
    declared.map(([name, entry]) => {
      const context = exportTaskContext(name, entry)
      try {
        exports.check(requestAt(context, clock.now(), config.directory))
      } catch (error) {
        throw new ScheduledExportError(name, error)
      }
      return [`${prefix}${name}`, scheduleOf(name, entry, context)]
    }),
  )
}

function scheduleOf(name: string, entry: ScheduledExport, context: unknown): DeclaredSchedule {
  const { description, cron, timeZone, everyMs, catchUp, overlap = 'skip' } = entry
  const given = { description, cron, timeZone, everyMs, catchUp }
  const { namespace, name: task, version } = exportTaskName
  return {
    ...(Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as object),
    overlap,
    task: `${namespace}/${task}@${version}`,
    request: { context, tags: [`export:${name}`] },
  }
}
