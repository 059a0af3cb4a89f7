import type { ExporterDefinition } from '../contracts/exporter.js'
import { describeOrigin, type Origin } from '../contracts/origin.js'
import type { PluginDefinition } from '../contracts/plugin.js'
import type { SubscriberClass } from '../contracts/subscriber.js'
import type { DefinedTask, TaskDefinition } from '../contracts/task-definition.js'
import { errorMessage } from '../errors/error-message.js'
import { DiscoveryError, type DiscoveryProblem } from '../errors/kernel-errors.js'
import { isTaskerError } from '../errors/tasker-error.js'
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
  const problems: FoundProblem[] = []
  const refuse = (item: FoundValue | FailedFind, error: unknown): void => {
    if (!isNoted(error)) noteRefusal(item, error, parts)
    const place = describeOrigin(item.origin)
    const isContained = item.origin.kind === 'package' || onRefusal === 'collect'
    if (!isContained) problems.push(problemOf(item.origin, error))
    // What ends the boot is thrown, and whoever catches it says it; what is left out only the log can tell.
    else {
      parts.log.error(
        { origin: place, ...(isTaskerError(error) ? { code: error.code } : {}) },
        `${singular[item.kind]} of ${place} was left out: ${errorMessage(error)}`,
      )
      parts.log.debug({ err: error }, 'where that comes from')
    }
  }
  for (const failed of finds.failed) refuse(failed, failed.error)
  for (const kind of registrationOrder) {
    for (const item of finds.found.filter((each) => each.kind === kind)) {
      try {
        register(item, parts)
      } catch (error) {
        refuse(item, error)
      }
    }
  }
  if (problems.length > 0) throw asOneError(problems)
}

interface FoundProblem {
  readonly shown: DiscoveryProblem
  readonly error: unknown
  /** Whether the error itself says where it stands. */
  readonly isPlaced: boolean
}

function problemOf(origin: Origin, error: unknown): FoundProblem {
  const code = isTaskerError(error) ? { code: error.code } : {}
  const shown = { place: describeOrigin(origin), problem: errorMessage(error), ...code }
  return { shown, error, isPlaced: isTaskerError(error) && error.message.includes(origin.place) }
}

/** A single problem that says where it stands is thrown as it is, because its own error says it best. */
function asOneError(problems: readonly FoundProblem[]): unknown {
  const [first] = problems
  if (problems.length === 1 && first!.isPlaced) return first!.error
  return new DiscoveryError(
    problems.map(({ shown }) => shown),
    first!.error,
  )
}

/** Whether a registry has refused it, and so has listed it, logged it and published it. */
function isNoted(error: unknown): boolean {
  return isTaskerError(error) && ['INVALID_REGISTRATION', 'ALREADY_REGISTERED'].includes(error.code)
}

function noteRefusal({ kind, origin, ...item }: FoundValue | FailedFind, error: unknown, parts: Composition): void {
  const name = 'value' in item ? (item.value as { readonly name?: unknown }).name : undefined
  parts[kind].refuse(typeof name === 'string' ? name : origin.place, origin, [errorMessage(error)])
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
function declareEvents({ customEvents, steps }: TaskDefinition, parts: Composition): void {
  const { bus } = parts
  const declared = new Set(bus.customEvents.map(({ name }) => name))
  for (const { name, schema, ...rest } of customEvents)
    if (!declared.has(name)) bus.declare(defineEvent(name, schema, rest))
  // Tasks that it runs as steps were registered with it.
  for (const { child } of steps) if (child?.defined !== undefined) declareEvents(child.defined.definition, parts)
}
