import { InvalidArgumentError } from '../../../errors/cli-errors.js'
import { durableEventNames, lifecycleEventNames } from '../../../events/event-catalogue.js'
import { expandPattern } from '../../../events/event-pattern.js'

/** A custom event of the project. */
export interface DeclaredEvent {
  readonly name: string
  readonly durable: boolean
}

/**
 * Refuses a pattern that selects no event, or, for a durable subscriber, none that is in the log.
 *
 * @throws UnknownEventError, InvalidArgumentError
 */
export function checkPattern(pattern: string, customEvents: readonly DeclaredEvent[], durable: boolean): void {
  const selected = expandPattern(pattern, [...lifecycleEventNames, ...customEvents.map(({ name }) => name)])
  const inLog = new Set([
    ...durableEventNames,
    ...customEvents.filter((event) => event.durable).map(({ name }) => name),
  ])
  if (!durable || selected.some((name) => inLog.has(name))) return
  throw new InvalidArgumentError('--events', `nothing of ${pattern} is in the log`, {
    expected: 'durable events for a durable subscriber; `tasker events list` says which are',
    received: selected.join(', '),
  })
}
