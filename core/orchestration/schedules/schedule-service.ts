import type { Actor } from '../../contracts/actor.js'
import type { ChangeRecord } from '../../contracts/changes.js'
import type { Clock } from '../../contracts/clock.js'
import type { CreatedTask } from '../../contracts/created-task.js'
import type { IdSource } from '../../contracts/id-source.js'
import type { Page, PageOf } from '../../contracts/page.js'
import type {
  Schedule,
  ScheduleChangeOptions,
  ScheduledTask,
  ScheduleOptions,
  ScheduleSettings,
  SchedulesApi,
} from '../../contracts/schedule.js'
import type { ScheduleDefinition, StoredSchedule } from '../../contracts/schedule-store.js'
import type { Store } from '../../contracts/store.js'
import { type DefinedTask, isDefinedTask } from '../../contracts/task-definition.js'
import { canonicalJson } from '../../definition/definition-hash.js'
import { nearestName } from '../../errors/nearest-name.js'
import {
  InvalidScheduleError,
  ScheduleContendedError,
  ScheduleExistsError,
  ScheduleNotFoundError,
} from '../../errors/schedule-errors.js'
import { assertStorable } from '../assert-storable.js'
import type { HookRegistry } from '../hook-registry.js'
import { assertAsked } from '../people/command-checks.js'
import type { TaskCreator } from '../task-creator.js'
import { checkSchedule, timingProblems } from './schedule-check.js'
import { nextTime, nextTimes, type ScheduleTiming } from './schedule-times.js'
import { noProgress, viewOfSchedule } from './schedule-view.js'
import { createTriggeredTask } from './scheduled-tasks.js'

export interface ScheduleServices {
  readonly store: Store
  readonly creator: TaskCreator
  readonly hooks: HookRegistry
  readonly clock: Clock
  readonly ids: IdSource
  readonly maxContextBytes: number
  /** The newest version in the range that this process has. Throws with the choices if there is none. */
  requireTask(task: ScheduledTask): DefinedTask
  /** Undefined if this process has none. */
  findTask(task: ScheduledTask): DefinedTask | undefined
  /** Whether one of these versions is meant. */
  isAmong(task: ScheduledTask, versions: readonly string[]): boolean
  /** Told when a schedule was changed. */
  changed(): void
}

const unnamedActor: Actor = { id: 'unknown', kind: 'api' }
const mostTries = 10
const mostPreviewed = 1_000
/** What changes when a schedule is due. */
const timing = ['cron', 'timeZone', 'everyMs'] as const

/** `tasker.schedules`. */
export class ScheduleService implements SchedulesApi {
  readonly #services: ScheduleServices

  constructor(services: ScheduleServices) {
    this.#services = services
  }

  async create(options: ScheduleOptions, by: ScheduleChangeOptions = {}): Promise<Schedule> {
    await this.#ask('create', options.name, by)
    const created = await this.#add(options, 'code', by)
    if (created === undefined) throw new ScheduleExistsError(options.name)
    return created
  }

  async findOrCreate(options: ScheduleOptions, by: ScheduleChangeOptions = {}): Promise<Schedule> {
    const found = await this.get(options.name)
    if (found !== undefined) return found
    await this.#ask('create', options.name, by)
    return (await this.#add(options, 'code', by)) ?? (await this.#view(options.name))
  }

  async get(name: string): Promise<Schedule | undefined> {
    const stored = await this.#services.store.getSchedule(name)
    return stored && viewOfSchedule(stored)
  }

  async list(page?: Page): Promise<PageOf<Schedule>> {
    const { items, ...rest } = await this.#services.store.listSchedules(page)
    return { ...rest, items: items.map(viewOfSchedule) }
  }

  async update(name: string, changes: Partial<ScheduleSettings>, by: ScheduleChangeOptions = {}): Promise<Schedule> {
    await this.#ask('update', name, by)
    return this.#update(name, changes, 'code', by)
  }

  async pause(name: string, by: ScheduleChangeOptions = {}): Promise<Schedule> {
    await this.#ask('pause', name, by)
    return this.#change(name, 'pause', by, (stored, now) =>
      stored.pausedAt === null ? { ...stored, pausedAt: now, nextAt: null } : undefined,
    )
  }

  async resume(name: string, by: ScheduleChangeOptions = {}): Promise<Schedule> {
    await this.#ask('resume', name, by)
    return this.#change(name, 'resume', by, (stored, now) =>
      stored.pausedAt === null ? undefined : { ...stored, pausedAt: null, nextAt: nextAfter(stored.definition, now) },
    )
  }

  async remove(name: string, by: ScheduleChangeOptions = {}): Promise<boolean> {
    const { store } = this.#services
    await this.#ask('remove', name, by)
    for (let tries = 0; tries < mostTries; tries++) {
      const stored = await store.getSchedule(name)
      if (stored === undefined) return false
      const change = this.#record(name, 'remove', by, { definition: stored.definition })
      if (await store.removeSchedule(stored, change)) return true
    }
    throw new ScheduleContendedError(name)
  }

  async trigger(name: string, by: ScheduleChangeOptions = {}): Promise<CreatedTask> {
    const { store, creator, requireTask, clock } = this.#services
    await this.#ask('trigger', name, by)
    const stored = (await store.getSchedule(name)) ?? (await this.#missing(name))
    const time = new Date(clock.now()).toISOString()
    const task = await createTriggeredTask(creator, stored, requireTask(stored.definition.task), {
      time,
      reason: by.reason ?? `triggered at ${time}`,
    })
    await this.#change(name, 'trigger', by, (latest) => ({ ...latest, progress: withTask(latest, task.id) }), {
      taskId: task.id,
    })
    return task
  }

  async preview(
    schedule: string | Pick<ScheduleOptions, 'cron' | 'timeZone' | 'everyMs'>,
    count = 10,
  ): Promise<readonly string[]> {
    const now = this.#services.clock.now()
    if (!Number.isInteger(count) || count < 1 || count > mostPreviewed)
      throw new InvalidScheduleError('to preview', [
        { path: 'count', problem: `must be a whole number from 1 to ${mostPreviewed}; received ${count}` },
      ])
    const times = nextTimes(await this.#timing(schedule, now), now, count)
    return times.map((time) => new Date(time).toISOString())
  }

  /**
   * Brings what the configuration declares into the database, and gives the names of those that it declared before and does not any
   * more.
   */
  async declare(declared: Readonly<Record<string, ScheduleSettings>>): Promise<readonly string[]> {
    const by = { reason: 'declared in the configuration', actor: { id: 'configuration', kind: 'system' } } as const
    for (const [name, settings] of Object.entries(declared)) {
      const options = { ...settings, name }
      if ((await this.#add(options, 'configuration', by)) !== undefined) continue
      await this.#update(name, { ...defaultsOf(options), ...settings }, 'configuration', by)
    }
    return this.#services.store.undeclaredSchedules(Object.keys(declared))
  }

  async #add(options: ScheduleOptions, origin: Schedule['origin'], by: ScheduleChangeOptions) {
    const { store, ids, clock } = this.#services
    const checked = await this.#check(options)
    const now = new Date(clock.now()).toISOString()
    const definition = { ...checked, origin, anchorAt: now }
    const stored: StoredSchedule = {
      id: ids.next(),
      name: options.name,
      revision: 1,
      definition,
      progress: noProgress,
      nextAt: nextAfter(definition, now),
      pausedAt: null,
      createdAt: now,
      updatedAt: now,
    }
    if (!(await store.addSchedule(stored, this.#record(options.name, 'create', by, { definition })))) return undefined
    this.#services.changed()
    return viewOfSchedule(stored)
  }

  async #update(
    name: string,
    changes: Partial<ScheduleSettings>,
    origin: Schedule['origin'],
    by: ScheduleChangeOptions,
  ): Promise<Schedule> {
    const stored = (await this.#services.store.getSchedule(name)) ?? (await this.#missing(name))
    const checked = await this.#check(merged(stored, changes))
    return this.#change(name, 'update', by, (latest, now) => {
      const isSameTiming = timing.every((member) => latest.definition[member] === checked[member])
      const { anchorAt } = latest.definition
      const definition = { ...checked, origin, anchorAt: isSameTiming ? anchorAt : now }
      if (canonicalJson(definition) === canonicalJson(latest.definition)) return undefined
      const isKept = isSameTiming || latest.pausedAt !== null
      return { ...latest, definition, nextAt: isKept ? latest.nextAt : nextAfter(definition, now) }
    })
  }

  /** Reads it, changes it, and writes it where nobody else has meanwhile; again until it is so. Undefined changes nothing. */
  async #change(
    name: string,
    kind: string,
    by: ScheduleChangeOptions,
    change: (stored: StoredSchedule, now: string) => StoredSchedule | undefined,
    data?: Readonly<Record<string, unknown>>,
  ): Promise<Schedule> {
    const { store, clock } = this.#services
    for (let tries = 0; tries < mostTries; tries++) {
      const stored = (await store.getSchedule(name)) ?? (await this.#missing(name))
      const now = new Date(clock.now()).toISOString()
      const changed = change(stored, now)
      if (changed === undefined) return viewOfSchedule(stored)
      const record = this.#record(name, kind, by, data ?? differencesOf(stored, changed))
      if (await store.changeSchedule({ ...changed, updatedAt: now }, record)) {
        this.#services.changed()
        return viewOfSchedule({ ...changed, updatedAt: now })
      }
    }
    throw new ScheduleContendedError(name)
  }

  /** @throws InvalidScheduleError, UnknownHandlerError, ContextInvalidError, NotStorableError */
  async #check(options: ScheduleOptions) {
    const { store, creator, findTask, requireTask, isAmong, maxContextBytes } = this.#services
    const checked = checkSchedule(options)
    const { task } = checked
    const request = assertStorable(`The request of schedule ${options.name}`, checked.request, maxContextBytes)
    const defined = isDefinedTask(options.task) ? options.task : findTask(task)
    if (defined !== undefined) await creator.checkContext(defined.definition, checked.request.context)
    else if (!isAmong(task, await store.storedVersions(task.namespace, task.name))) requireTask(task)
    return { ...checked, request: request as ScheduleDefinition['request'] }
  }

  async #timing(
    schedule: string | Pick<ScheduleOptions, 'cron' | 'timeZone' | 'everyMs'>,
    now: number,
  ): Promise<ScheduleTiming> {
    if (typeof schedule === 'string')
      return ((await this.#services.store.getSchedule(schedule)) ?? (await this.#missing(schedule))).definition
    const problems = timingProblems(schedule)
    if (problems.length > 0) throw new InvalidScheduleError('to preview', problems)
    const { cron = null, timeZone = 'UTC', everyMs = null } = schedule
    return { cron, timeZone, everyMs, anchorAt: new Date(now).toISOString() }
  }

  async #view(name: string): Promise<Schedule> {
    return viewOfSchedule((await this.#services.store.getSchedule(name)) ?? (await this.#missing(name)))
  }

  async #missing(name: string): Promise<never> {
    const { items } = await this.#services.store.listSchedules({ limit: 1000 })
    const names = items.map((schedule) => schedule.name)
    throw new ScheduleNotFoundError(name, typeof name === 'string' ? nearestName(name, names) : undefined)
  }

  async #ask(
    verb: 'create' | 'update' | 'pause' | 'resume' | 'remove' | 'trigger',
    name: string,
    by: ScheduleChangeOptions,
  ) {
    const { reason = 'unknown', actor = unnamedActor } = by
    assertAsked(`schedule.${verb}`, { reason, actor })
    assertStorable(`The change of schedule ${name}`, { reason, actor }, this.#services.maxContextBytes)
    await this.#services.hooks.ask('beforeCommand', {
      kind: `schedule.${verb}`,
      subject: { schedule: name },
      actor,
      reason,
    })
  }

  #record(
    name: string,
    kind: string,
    { reason = 'unknown', actor = unnamedActor }: ScheduleChangeOptions,
    data: Readonly<Record<string, unknown>>,
  ): ChangeRecord {
    const { ids, clock } = this.#services
    const changedAt = new Date(clock.now()).toISOString()
    const about = { subjectKind: 'schedule', subjectKey: name, taskId: null, entry: null, place: null } as const
    return { id: ids.next(), ...about, kind: `schedule.${kind}`, data, actor, reason, changedAt }
  }
}

function nextAfter(definition: ScheduleTiming, now: string): string | null {
  const next = nextTime(definition, Date.parse(now))
  return next === undefined ? null : new Date(next).toISOString()
}

/** What a declaration leaves out is as in a new one, whatever it said before. */
function defaultsOf({ name: _, ...options }: ScheduleOptions): Partial<ScheduleSettings> {
  return { ...emptySettings, ...('cron' in options ? { everyMs: undefined } : { cron: undefined }) } as never
}

const emptySettings = {
  description: undefined,
  timeZone: undefined,
  request: undefined,
  catchUp: undefined,
  catchUpLimit: undefined,
  overlap: undefined,
}

/** The options of a stored schedule with some of them changed; a cron takes the place of an interval, and the other way round. */
function merged({ name, definition }: StoredSchedule, changes: Partial<ScheduleSettings>): ScheduleOptions {
  const { anchorAt: _, origin: __, description, cron, everyMs, ...said } = definition
  const before = {
    ...said,
    ...(description === null ? {} : { description }),
    ...(cron === null || changes.everyMs !== undefined ? {} : { cron }),
    ...(everyMs === null || changes.cron !== undefined ? {} : { everyMs }),
  }
  const all = { ...before, ...changes, name }
  return Object.fromEntries(
    Object.entries(all).filter(([, value]) => value !== undefined),
  ) as unknown as ScheduleOptions
}

/** Members that are not the same, as they are now. */
function differencesOf(before: StoredSchedule, after: StoredSchedule): Readonly<Record<string, unknown>> {
  const changed = Object.entries(after.definition).filter(
    ([member, value]) =>
      canonicalJson([value]) !== canonicalJson([before.definition[member as keyof ScheduleDefinition]]),
  )
  const times = after.pausedAt === before.pausedAt ? {} : { pausedAt: after.pausedAt }
  return { ...Object.fromEntries(changed), ...times, nextAt: after.nextAt }
}

/** Most tasks that are kept in mind to tell whether they overlap. */
const mostOpen = 100

/** The progress of a schedule that has created one more task. */
export function withTask({ progress }: StoredSchedule, taskId: string): StoredSchedule['progress'] {
  const openTaskIds = [...new Set([...progress.openTaskIds, taskId])].slice(-mostOpen)
  return { ...progress, openTaskIds, lastTaskId: taskId, created: progress.created + 1 }
}
