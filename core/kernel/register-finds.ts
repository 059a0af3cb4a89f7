import type { ExporterDefinition } from '../contracts/exporter.js'
import { describeOrigin } from '../contracts/origin.js'
import type { PluginDefinition } from '../contracts/plugin.js'
import type { SubscriberClass } from '../contracts/subscriber.js'
import type { DefinedTask, TaskDefinition } from '../contracts/task-definition.js'
import { DiscoveryError, type DiscoveryProblem } from '../errors/kernel-errors.js'
import { defineEvent } from '../events/custom-event.js'
import type { Composition } from './compose.js'
import type { ExtensionKind, FailedFind, Finds, FoundValue } from './discovery/found-value.js'
import { provideTokens } from './provide-tokens.js'

const singular = { handlers: 'handler', subscribers: 'subscriber', exporters: 'exporter', plugins: 'plugin' } as const

/** Custom events are declared by handlers, so that these come before the subscribers that listen to them. */
const registrationOrder: readonly ExtensionKind[] = ['handlers', 'exporters', 'plugins', 'subscribers']

/**
 * Registers what discovery found. What the project itself names must be right, or the boot ends with one error that lists all
 * problems. What a package brings is contained: the refusal is logged, listed and published, and the rest goes on.
 */
export async function registerFinds(finds: Finds, parts: Composition, onRefusal: 'throw' | 'collect'): Promise<void> {
  provideTokens(parts)
  const problems: (DiscoveryProblem & { readonly error: unknown })[] = []
  const refuse = (item: FoundValue | FailedFind, error: unknown): void => {
    const place = describeOrigin(item.origin)
    const problem = error instanceof Error ? error.message : String(error)
    parts.log.error(
      { kind: item.kind, origin: place, err: error },
      `a ${singular[item.kind]} of ${place} was refused: ${problem}`,
    )
    if (item.origin.kind !== 'package') problems.push({ place, problem, error })
  }
  for (const failed of finds.failed) {
    noteRefusal(failed, parts)
    refuse(failed, failed.error)
  }
  for (const kind of registrationOrder) {
    for (const item of finds.found.filter((each) => each.kind === kind)) {
      try {
        register(item, parts)
      } catch (error) {
        refuse(item, error)
      }
    }
  }
  if (problems.length > 0 && onRefusal === 'throw') throw asOneError(problems)
}

/** A single problem is thrown as it is, because its own error says it best. */
function asOneError(problems: readonly (DiscoveryProblem & { readonly error: unknown })[]): unknown {
  const [first] = problems
  return problems.length === 1 && first!.error instanceof Error
    ? first!.error
    : new DiscoveryError(problems, first!.error)
}

function noteRefusal({ kind, origin, error }: FailedFind, parts: Composition): void {
  const problem = error instanceof Error ? error.message : String(error)
  parts[kind].refuse(origin.place, origin, [problem])
}

function register({ kind, value, origin, options }: FoundValue, parts: Composition): void {
  switch (kind) {
    case 'handlers': {
      const entry = parts.handlers.register(value as DefinedTask, { origin })
      declareEvents(entry.value.definition, parts)
      break
    }
    case 'subscribers':
      parts.subscribers.register(value as SubscriberClass, { origin })
      break
    case 'exporters':
      parts.exporters.register(value as ExporterDefinition, { origin })
      break
    case 'plugins':
      parts.plugins.register(value as PluginDefinition, { origin, ...(options === undefined ? {} : { options }) })
      break
  }
}

/** The custom events of a task may also stand in the configuration, or in another version of the task. */
function declareEvents({ customEvents }: TaskDefinition, { bus }: Composition): void {
  const declared = new Set(bus.customEvents.map(({ name }) => name))
  for (const { name, schema, ...rest } of customEvents)
    if (!declared.has(name)) bus.declare(defineEvent(name, schema, rest))
}
