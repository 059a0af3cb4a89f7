import type { LifecycleEventName } from '../../core/index.js'
import { observabilityMessages, workflowMessages } from './engine-messages.js'
import type { Messages } from './message-parts.js'
import { exportMessages, registryMessages } from './system-messages.js'
import { stepMessages, taskMessages } from './task-messages.js'

const messages: Messages<string> = {
  ...taskMessages,
  ...stepMessages,
  ...workflowMessages,
  ...observabilityMessages,
  ...exportMessages,
  ...registryMessages,
}

/** What happened, as a sentence for people; of a custom event only its name is known. */
export function messageOf({ name, payload }: { readonly name: string; readonly payload: unknown }): string {
  if (!Object.hasOwn(messages, name)) return `event ${name}`
  return messages[name as LifecycleEventName](payload as never)
}
