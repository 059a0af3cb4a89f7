import { Type } from 'typebox'
import { closed, count, flag, milliseconds, second } from './setting-kinds.js'

export const boot = Type.Object(
  {
    timeoutMs: milliseconds(
      'How long one plugin may take to set up, or to start, until it is switched off',
      30 * second,
    ),
    stopTimeoutMs: milliseconds('How long one plugin may take to stop', 10 * second),
    requiredPlugins: Type.Union([Type.Boolean(), Type.Array(Type.String({ minLength: 1 }))], {
      default: [],
      description:
        'Plugins without which Tasker does not start, besides those that say so themselves: true for all, or names. Any other that fails is switched off, and the rest goes on.',
    }),
  },
  { ...closed, description: 'The start and the stop of plugins.' },
)

export const hooks = Type.Object(
  {
    timeoutMs: milliseconds(
      'How long a hook may take until it is passed over, or what it guards is refused',
      10 * second,
    ),
  },
  { ...closed, description: 'The hooks of plugins.' },
)

export const health = Type.Object(
  { timeoutMs: milliseconds('How long a health check may take until it counts as failed', 5 * second) },
  { ...closed, description: 'Health checks.' },
)

export const worker = Type.Object(
  {
    name: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 200,
        description: 'How people see this worker. Default: host and process id.',
      }),
    ),
    namespaces: Type.Optional(
      Type.Array(Type.String({ pattern: '^[^\\s./@]+$' }), {
        minItems: 1,
        uniqueItems: true,
        description: 'The namespaces whose tasks this worker runs. Absent: all that it has handlers of.',
      }),
    ),
    heartbeatThread: flag(
      'Whether the worker says from a thread of its own that it is alive, so that a long computation in a handler does not stop it.',
      true,
    ),
  },
  { ...closed, description: 'This process as a worker.' },
)

export const log = Type.Object(
  {
    upkeep: flag(
      'Whether a worker of this process looks after partitions and retention; one of all workers should.',
      true,
    ),
    partitionMs: Type.Optional(
      Type.Integer({
        minimum: 60 * second,
        description:
          'Time that one partition of the event log covers, in milliseconds. Absent: a day, or a thirtieth of retention.finishedTasksMs if that is longer; 30 days where finished tasks are kept for ever.',
      }),
    ),
    upkeepIntervalMs: milliseconds('How often a worker looks after partitions and retention', 600 * second, {
      minimum: second,
    }),
  },
  { ...closed, description: 'The event log.' },
)

export const retention = Type.Object(
  {
    finishedTasksMs: Type.Optional(
      Type.Integer({
        minimum: 60 * second,
        description:
          'How long tasks that are complete, cancelled or resolved by a person are kept after their end, with their log, in milliseconds. Absent: for ever.',
      }),
    ),
    batchSize: count('Most tasks that are taken away in one transaction.', 200),
  },
  { ...closed, description: 'What is taken away when it is old.' },
)
