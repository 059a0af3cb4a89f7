import { appendFile } from 'node:fs/promises'
import { defineSubscriber } from 'tasker'
import { orderFulfilled } from '../order-fulfilled.event.js'
import { outputFile } from '../workspace.js'

/** Keeps a diary of what people ask about: a name, a handler for each event, and a file name that discovery looks for. */
export const milestones = defineSubscriber({
  name: 'milestones',
  on: {
    'order.fulfilled': (event) => orderFulfilled.is(event) && note(`order ${event.payload.orderId} is on its way`),
    'task.completed': ({ payload }) => note(`${payload.namespace}.${payload.taskName} took ${payload.durationMs} ms`),
    'task.failed': ({ payload }) => note(`${payload.namespace}.${payload.taskName} failed: ${payload.error.message}`),
  },
})

async function note(text: string): Promise<void> {
  await appendFile(await outputFile('milestones.log'), `${new Date().toISOString()} ${text}\n`)
}
