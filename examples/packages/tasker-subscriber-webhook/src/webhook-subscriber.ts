import { defineSubscriber, PermanentError, RetryableError, type TaskerEvent } from 'tasker'
import { messageFor } from './message.js'

/**
 * Tells a chat of tasks that fail: posts `{ "text": … }`, as Slack, Mattermost and others take it, to TASKER_WEBHOOK_URL.
 *
 * It is durable: what cannot be delivered is tried again, also by another process, and after that stands in the list of dead letters.
 * A message may arrive twice, when a process ends between the answer of the chat and the note that it was given.
 */
export const webhookSubscriber = defineSubscriber({
  name: 'webhook',
  description: 'Posts tasks that fail to TASKER_WEBHOOK_URL.',
  durable: true,
  on: {
    'task.failed': async (event: TaskerEvent<'task.failed'>, { log, signal }) => {
      // Read for each event, so that the package does nothing until it is told where to.
      const url = process.env.TASKER_WEBHOOK_URL
      if (!url) return log.debug({ taskId: event.taskId }, 'TASKER_WEBHOOK_URL is not set: nobody is told')
      await post(url, { text: messageFor(event) }, signal)
    },
  },
})

async function post(url: string, message: object, signal: AbortSignal): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(message),
    signal,
  })
  await response.body?.cancel()
  if (response.ok) return
  const problem = `the webhook answered ${response.status}`
  // A wrong address or a message that is not taken will be no better next time.
  const isPassing = response.status >= 500 || response.status === 429
  throw isPassing ? new RetryableError(problem) : new PermanentError(problem)
}
