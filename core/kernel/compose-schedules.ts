import semver from 'semver'
import type { ScheduledTask } from '../contracts/schedule.js'
import type { CommandService } from '../orchestration/command-service.js'
import type { RunnerServices } from '../orchestration/runner-services.js'
import { ScheduleRunner } from '../orchestration/schedules/schedule-runner.js'
import { ScheduleService } from '../orchestration/schedules/schedule-service.js'
import type { StoredDefinitions } from '../orchestration/stored-definitions.js'
import type { TaskCreator } from '../orchestration/task-creator.js'
import type { TaskWaits } from '../orchestration/task-waits.js'
import { parseHandlerName } from '../registry/handler-name.js'
import type { Base } from './compose-base.js'

interface Parts extends Pick<RunnerServices, 'workerId' | 'databaseWatch' | 'settings'> {
  readonly definitions: StoredDefinitions
  readonly creator: TaskCreator
  readonly commands: CommandService
  readonly waits: TaskWaits
}

/** What creates tasks at their times, and the interface by which it is told of them. */
export function composeSchedules(
  { storage, handlers, hooks, clock, ids, log }: Base,
  { workerId, databaseWatch, settings, definitions, creator, commands, waits }: Parts,
) {
  const { store, signals } = storage
  const shared = { store, creator, clock, findTask: (task: ScheduledTask) => handlers.find(task) }
  const scheduleRunner = new ScheduleRunner({
    ...shared,
    workerId,
    databaseWatch,
    commands,
    waits,
    signals,
    log,
    lookIntervalMs: settings.sweepIntervalMs,
    findTask: (task) => {
      const defined = handlers.find(task)
      return defined !== undefined && definitions.has(defined.definition) ? defined : undefined
    },
    isServedBy: (task, kinds) =>
      isAmong(
        task,
        kinds.flatMap((kind) => versionsOf(task, kind)),
      ),
  })
  handlers.onChange(() => scheduleRunner.lookSoon())
  const schedules = new ScheduleService({
    ...shared,
    hooks,
    ids,
    maxContextBytes: settings.maxContextBytes,
    requireTask: (task) => handlers.require(task),
    isAmong,
    changed: () => scheduleRunner.changed(),
  })
  return { schedules, scheduleRunner }
}

function isAmong({ version }: ScheduledTask, versions: readonly string[]): boolean {
  if (version === undefined || version === 'latest') return versions.length > 0
  return versions.some((one) => one === version || semver.satisfies(one, version))
}

/** The version of a kind, if it is one of this task. */
function versionsOf({ namespace = 'default', name }: ScheduledTask, kind: string): readonly string[] {
  const parsed = parseHandlerName(kind)
  return parsed.namespace === namespace && parsed.name === name && parsed.version !== undefined ? [parsed.version] : []
}
