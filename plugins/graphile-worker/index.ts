export type { GraphileWorkerQueueOptions } from './engine-context.js'
export { graphileWorkerPlugin } from './graphile-worker-plugin.js'
export { GraphileWorkerQueue } from './graphile-worker-queue.js'
