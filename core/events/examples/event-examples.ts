import type { EventPayloads } from '../event-catalogue.js'
import { exportExamples } from './export-examples.js'
import { observabilityExamples } from './observability-examples.js'
import { registryExamples } from './registry-examples.js'
import { stepExamples } from './step-examples.js'
import { taskExamples } from './task-examples.js'
import { workflowExamples } from './workflow-examples.js'

/**
 * A payload of each of the 56 events, as documentation shows it; good for tests of subscribers, too.
 *
 * @example
 * eventExamples['task.failed'].error.code // 'STOLEN'
 */
export const eventExamples: Readonly<EventPayloads> = Object.freeze({
  ...taskExamples,
  ...stepExamples,
  ...workflowExamples,
  ...observabilityExamples,
  ...exportExamples,
  ...registryExamples,
})
