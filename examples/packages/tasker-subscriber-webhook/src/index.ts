export { messageFor } from './message.js'
export { webhookSubscriber } from './webhook-subscriber.js'
