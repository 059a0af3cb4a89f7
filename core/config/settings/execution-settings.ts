import { Type } from 'typebox'
import { bytes, closed, count, milliseconds, second } from './setting-kinds.js'

const mebibyte = 1024 * 1024

export const execution = Type.Object(
  {
    concurrentTasks: count('Most tasks that one worker runs at once.', 200),
    concurrentStepsPerTask: count('Most steps of one task that run at once.', 16),
    sharedConcurrency: count(
      'Most tasks of one kind and concurrencyKey that are in progress at once in all workers, where the definition says no limit.',
      1,
    ),
    defaultTimeoutMs: milliseconds('Time-out of a step that names none, renewed by progress', 600 * second),
    timeoutGraceMs: milliseconds('How long after its signal a timed-out attempt may still end by itself', 5 * second, {
      minimum: 0,
    }),
    maxResultBytes: bytes('Largest result of a step', 8 * mebibyte),
    maxContextBytes: bytes('Largest context of a task', 8 * mebibyte),
    drainTimeoutMs: milliseconds('How long a stopping worker waits for running steps', 30 * second, { minimum: 0 }),
    pollIntervalMs: milliseconds('How often a worker looks for due tasks that no wake-up told it about', 250),
    sweepIntervalMs: milliseconds('How often parked and stuck tasks are looked at again', 15 * second, {
      maximum: 60 * second,
    }),
    leaseMs: milliseconds('How long after its last heartbeat a worker counts as alive', 4 * second, {
      maximum: 60 * second,
    }),
    heartbeatIntervalMs: milliseconds('How often a worker says that it is alive; at most half of leaseMs', second),
    deafAfterMs: milliseconds(
      'How long the main thread may compute without a pause until its worker counts as hung and no longer says that it is alive',
      30 * second,
    ),
  },
  { ...closed, description: 'How a worker runs tasks.' },
)

export const backoff = Type.Object(
  {
    delaysMs: Type.Array(Type.Integer({ minimum: 0 }), {
      minItems: 1,
      default: [1, 2, 4, 8, 16, 32].map((delay) => delay * second),
      description:
        'Delay after the first, second … failure, in milliseconds; beyond the list the last one doubles each time.',
    }),
    maxMs: milliseconds('The longest delay', 300 * second),
    jitter: Type.Number({
      minimum: 0,
      maximum: 1,
      default: 0.1,
      description: 'Share of a delay by which chance changes it, from 0 to 1.',
    }),
  },
  { ...closed, description: 'When a failed step is tried again, unless it or its dependent system says otherwise.' },
)

export const definitions = Type.Object(
  {
    onChange: Type.Enum(['refuse', 'replace'], {
      description:
        'What becomes of a task whose definition differs from the one that is stored under the same version: it is refused, or takes its place with a warning. Default: refuse, in development replace.',
    }),
  },
  { ...closed, description: 'The stored definitions of tasks.' },
)

export const identity = Type.Object(
  {
    strategy: Type.Enum(['none', 'hash'], {
      default: 'none',
      description:
        'What requests are known by that name no identity, of tasks that name none: by nothing, or by what they ask for; then the same request within windowMs gets the task of the first one.',
    }),
    windowMs: milliseconds(
      'How long after a request the same one is its duplicate, where strategy is hash',
      60 * second,
    ),
  },
  { ...closed, description: 'When a request is the same as an earlier one, and gets the task of that.' },
)
