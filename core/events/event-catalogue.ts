import type { EventDefinition } from './event-definition.js'
import { type ExportEventName, exportEvents } from './export-events.js'
import { type ObservabilityEventName, observabilityEvents } from './observability-events.js'
import type { EventPayloads } from './payloads/event-payloads.js'
import { type RegistryEventName, registryEvents } from './registry-events.js'
import { type StepEventName, stepEvents } from './step-events.js'
import { type TaskEventName, taskEvents } from './task-events.js'
import { type WorkflowEventName, workflowEvents } from './workflow-events.js'

/** The name of one of the 56 lifecycle events. */
export type LifecycleEventName =
  | TaskEventName
  | StepEventName
  | WorkflowEventName
  | ObservabilityEventName
  | ExportEventName
  | RegistryEventName

/** The 56 lifecycle events by name. A missing and an extra name both fail to compile. */
export const lifecycleEvents = Object.freeze({
  ...taskEvents,
  ...stepEvents,
  ...workflowEvents,
  ...observabilityEvents,
  ...exportEvents,
  ...registryEvents,
} satisfies { readonly [N in LifecycleEventName]: EventDefinition<N> })

type Catalogue = typeof lifecycleEvents

export type { EventPayloads }

/** The payload of an event; of several names, the union of their payloads. */
export type EventPayload<N extends LifecycleEventName> = EventPayloads[N]

/** Names of the events that are written to the event log. */
export type DurableEventName = {
  [N in LifecycleEventName]: Catalogue[N]['durable'] extends true ? N : never
}[LifecycleEventName]

/** Names of the events that are only heard on the bus of the process that published them. */
export type BusOnlyEventName = Exclude<LifecycleEventName, DurableEventName>

/** All 56 names, family by family. */
export const lifecycleEventNames: readonly LifecycleEventName[] = Object.freeze(
  Object.keys(lifecycleEvents) as LifecycleEventName[],
)

/** The names of the durable events. */
export const durableEventNames: readonly DurableEventName[] = Object.freeze(
  lifecycleEventNames.filter(isDurableEventName),
)

/** Whether a name is one of the 56. */
export function isLifecycleEventName(name: string): name is LifecycleEventName {
  return Object.hasOwn(lifecycleEvents, name)
}

/** Whether a name is that of a durable lifecycle event. */
export function isDurableEventName(name: string): name is DurableEventName {
  return isLifecycleEventName(name) && lifecycleEvents[name].durable
}
