import type { ExportPayloads } from './export-payloads.js'
import type { ObservabilityPayloads } from './observability-payloads.js'
import type { RegistryPayloads } from './registry-payloads.js'
import type { StepPayloads } from './step-payloads.js'
import type { TaskPayloads } from './task-payloads.js'
import type { WorkflowPayloads } from './workflow-payloads.js'

/**
 * Name → payload type. The interfaces are made from the schemas of the events, so that editors show what each event and each member
 * means; test/types holds them against the schemas.
 */
export interface EventPayloads
  extends TaskPayloads,
    StepPayloads,
    WorkflowPayloads,
    ObservabilityPayloads,
    ExportPayloads,
    RegistryPayloads {}
