import type { Tasker, TaskRecord } from 'tasker'

/** The workflows of the main job, as callers name them: a range chooses the version. */
export const workflows = ['analytics/flight_delays', 'commerce/process_order@^1', 'commerce/process_order@^2'] as const

/** Number of the first order of a new database. */
const FIRST_ORDER = 1001

/**
 * Tasks of these workflows that an earlier run left unfinished because it was killed. There is nothing to do about them: the
 * worker claims them by itself, and goes on where they stood. Only who wants to show them has to ask.
 */
export async function findUnfinishedTasks(tasker: Tasker): Promise<readonly TaskRecord[]> {
  const state = ['pending', 'in_progress'] as const
  const pages = await Promise.all([
    tasker.tasks.list({ namespace: 'analytics', name: 'flight_delays', state }),
    tasker.tasks.list({ namespace: 'commerce', name: 'process_order', state }),
  ])
  return pages.flatMap(({ items }) => items)
}

/** Creates the tasks of one run: one analysis, and one order for each version. */
export async function createTasks(tasker: Tasker): Promise<readonly TaskRecord[]> {
  const { tasks } = tasker
  const orderId = await nextOrderId(tasker)
  return [
    await tasks.create({ namespace: 'analytics', name: 'flight_delays', context: { minDepartures: 150 } }),
    await tasks.create({
      namespace: 'commerce',
      name: 'process_order',
      version: '^1',
      context: {
        orderId,
        customer: 'Ada',
        card: '4111111111111111',
        shipTo: 'Oregon',
        items: [
          { title: 'Spirited Away', quantity: 1 },
          { title: 'The Matrix', quantity: 2 },
        ],
      },
    }),
    await tasks.create({
      namespace: 'commerce',
      name: 'process_order',
      version: '^2',
      context: {
        orderId: orderId + 1,
        customer: 'Grace',
        card: '5500005555555559',
        shipTo: 'Vermont',
        items: [{ title: 'Casablanca', quantity: 1 }],
      },
      tags: ['newsletter'],
    }),
  ]
}

/** The database knows how many orders there have been, so that each has a number of its own, whatever became of earlier runs. */
async function nextOrderId({ tasks }: Tasker): Promise<number> {
  const byState = await tasks.count({ namespace: 'commerce', name: 'process_order' })
  return FIRST_ORDER + Object.values(byState).reduce((sum, count) => sum + count, 0)
}
