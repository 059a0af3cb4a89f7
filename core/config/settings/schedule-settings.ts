import { Type } from 'typebox'
import { catchUpPolicies, overlapPolicies, type ScheduleSettings } from '../../contracts/schedule.js'
import { closed, second } from './setting-kinds.js'

const requestMembers = {
  context: Type.Optional(Type.Unknown({ description: 'Context of each task.' })),
  initiator: Type.Optional(Type.String({ description: 'Who or what asks for them. Default: the schedule.' })),
  sourceSystem: Type.Optional(Type.String({ description: 'The system that they come from.' })),
  reason: Type.Optional(Type.String({ description: 'Why.' })),
  tags: Type.Optional(Type.Array(Type.String(), { description: 'Tags of each task.' })),
  bypassSteps: Type.Optional(Type.Array(Type.String(), { description: 'Steps that are left out.' })),
  priority: Type.Optional(Type.Integer({ description: 'The higher goes first. Default 0.' })),
  timeoutMs: Type.Optional(
    Type.Number({ exclusiveMinimum: 0, description: 'Time for the whole task, in milliseconds.' }),
  ),
  concurrencyKey: Type.Optional(Type.String({ description: 'What the tasks share a limit by.' })),
}

const scheduleEntry = Type.Object(
  {
    description: Type.Optional(Type.String({ description: 'What it is for.' })),
    cron: Type.Optional(
      Type.String({
        minLength: 1,
        description:
          'Five fields (minute, hour, day, month, weekday), six with seconds before them, or @hourly, @daily …',
      }),
    ),
    timeZone: Type.Optional(
      Type.String({ minLength: 1, description: 'Name of the zone in which cron is read: Europe/Berlin. Default UTC.' }),
    ),
    everyMs: Type.Optional(
      Type.Integer({
        minimum: second,
        description:
          'Instead of cron: milliseconds from one time to the next, counted from the creation of the schedule.',
      }),
    ),
    task: Type.String({ minLength: 1, description: 'The task that is created at each time: reports/daily@^1.' }),
    request: Type.Optional(
      Type.Object(requestMembers, { ...closed, description: 'Context, tags and so on of each task.' }),
    ),
    catchUp: Type.Optional(
      Type.Enum([...catchUpPolicies], {
        description: 'Which times that passed while no worker ran are made up for. Default latest.',
      }),
    ),
    catchUpLimit: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 10_000,
        description: 'Most times that catchUp all makes up for, the latest ones. Default 100.',
      }),
    ),
    overlap: Type.Optional(
      Type.Enum([...overlapPolicies], {
        description: 'Whether a time is skipped while the task of an earlier one is not finished. Default allow.',
      }),
    ),
  },
  closed,
)

/** A schedule declared in the configuration: that of `tasker.schedules.create`, its task by name. */
export type DeclaredSchedule = Omit<ScheduleSettings, 'task'> & { readonly task: string }

export const schedules = Type.Unsafe<Record<string, DeclaredSchedule>>({
  type: 'object',
  additionalProperties: scheduleEntry,
  default: {},
  description:
    'Schedules by name: cron or everyMs, timeZone, task, request, catchUp, overlap. Stored and brought up to date by workers at their start; one that is taken out here is told of, and goes on until it is removed.',
})
