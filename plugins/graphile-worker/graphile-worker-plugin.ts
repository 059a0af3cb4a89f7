import { Type } from 'typebox'
import { definePlugin } from '../../core/index.js'
import { GraphileWorkerQueue } from './graphile-worker-queue.js'

/**
 * Wakes the workers of all processes through graphile-worker, in the database that they share: for every database but the embedded
 * one, where a single process works. It gives way to the queue of another plugin, and can be disabled by its name.
 *
 * @example
 * // Only to change its options; without that it need not be named.
 * plugins: [{ use: graphileWorkerPlugin, options: { pollIntervalMs: 1000 } }]
 */
export const graphileWorkerPlugin = definePlugin({
  name: 'graphile-worker',
  version: '1.0.0',
  description: 'Wakes the workers of all processes, by graphile-worker.',
  options: Type.Object(
    {
      pollIntervalMs: Type.Integer({
        minimum: 10,
        default: 250,
        description:
          'How often wake-ups are looked for that have become due or whose announcement was lost, in milliseconds.',
      }),
    },
    { additionalProperties: false },
  ),
  setup({ queue, database, health, log }, options) {
    if (database.kind === 'embedded') return
    const wakeUps = new GraphileWorkerQueue({ ...options, database, log })
    queue.provide(wakeUps, { asDefault: true })
    health.register('queue', () => wakeUps.health())
  },
})
