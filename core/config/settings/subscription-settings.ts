import { Type } from 'typebox'
import { closed, count, milliseconds, second } from './setting-kinds.js'

/** What holds for durable subscribers that say nothing else. */
export const subscriptions = Type.Object(
  {
    shards: count(
      'Into how many shares the tasks of a durable subscriber are divided, of which each worker takes some. Fixed when the subscriber is new.',
      16,
      { maximum: 1024 },
    ),
    concurrency: count('Most tasks of which one worker has one durable subscriber handle events at once.', 16),
    maxHeldTasks: count(
      'With so many tasks held back by failures in one worker, a durable subscriber is given nothing new until some are through.',
      1000,
    ),
    lookIntervalMs: milliseconds(
      'How often a worker looks whether the log has grown without its having been told',
      250,
    ),
    expireAfterMs: milliseconds(
      'How long a durable subscriber that no worker has keeps retention from taking what it has not read',
      7 * 86_400 * second,
      { minimum: second },
    ),
    drainTimeoutMs: milliseconds(
      'How long the last worker that has a durable subscriber goes on delivering to it when it stops',
      10 * second,
      { minimum: 0 },
    ),
    retry: Type.Object(
      {
        limit: count('Tries of one event, the first included; then it is a dead letter.', 20),
        delaysMs: Type.Array(Type.Integer({ minimum: 1 }), {
          minItems: 1,
          default: [second],
          description:
            'Delays after the first, second … failure, in milliseconds; beyond the list the last one doubles each time.',
        }),
        maxMs: milliseconds('Longest delay', 300 * second),
        jitter: Type.Number({
          minimum: 0,
          maximum: 1,
          default: 0.1,
          description: 'Share by which chance changes each delay: 0.1 is 10 percent up or down.',
        }),
      },
      { ...closed, description: 'When a durable subscriber is given an event again on which it failed.' },
    ),
  },
  { ...closed, description: 'Durable subscribers.' },
)
