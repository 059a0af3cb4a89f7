import { defineSubscriber } from 'tasker'

/**
 * Tells how tasks end; on standard error, because standard output belongs to the answers of programs. All events: `npx tasker events list`.
 */
export const news = defineSubscriber({
  name: 'news',
  on: {
    'task.completed': ({ payload }) => console.error(`news: ${payload.taskName} is complete`),
    'task.failed': ({ payload }) =>
      console.error(`news: ${payload.taskName} failed in ${payload.failedSteps.join(', ')}`),
  },
})
