export type { ProgressStream } from './live-region.js'
export type { ProgressOptions } from './progress-display.js'
export { createProgressSubscriber, type ProgressSubscriber } from './progress-subscriber.js'
