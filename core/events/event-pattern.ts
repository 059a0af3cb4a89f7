import { UnknownEventError } from '../errors/event-errors.js'
import { nearestName } from '../errors/nearest-name.js'
import type { CustomEventDescriptor } from './custom-event.js'
import type { EventEnvelope, TaskerEvent } from './envelope.js'
import { type LifecycleEventName, lifecycleEventNames } from './event-catalogue.js'
import { familyOf, isReservedFamily, type ReservedFamily } from './event-families.js'

/** `task.*`, `observability.step.*` …: each beginning of a lifecycle name that ends before a dot. */
type WildcardOf<N extends string> = N extends `${infer Head}.${infer Rest}`
  ? `${Head}.*` | (WildcardOf<Rest> extends infer Deeper extends string ? `${Head}.${Deeper}` : never)
  : never

/** A pattern of lifecycle events: a name, `<family>.*`, or `*` for every event. */
export type LifecyclePattern = '*' | LifecycleEventName | WildcardOf<LifecycleEventName>

/** A pattern as text: `task.completed`, `task.*`, `*`, or a custom event or family of them, `order.fulfilled`, `order.*`. */
export type EventPattern = LifecyclePattern | (string & {})

/** What a listener may be put on: a pattern, a custom event's descriptor, or a list of these. */
export type EventSelection = EventPattern | CustomEventDescriptor | readonly (EventPattern | CustomEventDescriptor)[]

/**
 * `P` where it selects something, else what would: so that a misspelt name does not compile and the compiler proposes the right
 * one. Names of families that are not reserved pass, they may be custom; a plain `string` passes, it is checked when it runs.
 */
export type Checked<P> = P extends readonly unknown[] ? { readonly [I in keyof P]: CheckedOne<P[I]> } : CheckedOne<P>

type CheckedOne<P> = P extends string
  ? string extends P
    ? P
    : P extends LifecyclePattern
      ? P
      : P extends `${ReservedFamily}.${string}`
        ? LifecyclePattern
        : P extends `${string}.${string}`
          ? P
          : LifecyclePattern
  : P

/** The events that a pattern, a descriptor, or a list of them selects. */
export type MatchingEvents<P> = P extends readonly (infer One)[] ? MatchingOne<One> : MatchingOne<P>

type MatchingOne<P> =
  P extends CustomEventDescriptor<infer N, infer Payload>
    ? EventEnvelope<N, Payload>
    : P extends LifecycleEventName
      ? TaskerEvent<P>
      : P extends '*'
        ? TaskerEvent
        : P extends `${infer Prefix}.*`
          ? Prefix extends ReservedFamily | `${ReservedFamily}.${string}`
            ? TaskerEvent<Extract<LifecycleEventName, `${Prefix}.${string}`>>
            : EventEnvelope<`${Prefix}.${string}`, unknown>
          : P extends string
            ? string extends P
              ? TaskerEvent
              : EventEnvelope<P, unknown>
            : never

/** The patterns of a selection as texts, without repetitions. */
export function patternsOf(selection: EventSelection): readonly string[] {
  const list = isList(selection) ? selection : [selection]
  return [...new Set(list.map((one) => (typeof one === 'string' ? one : one.name)))]
}

function isList(selection: EventSelection): selection is readonly (EventPattern | CustomEventDescriptor)[] {
  return Array.isArray(selection)
}

/**
 * Whether a pattern selects an event name.
 *
 * @example
 * matchesPattern('task.*', 'task.completed') // true
 */
export function matchesPattern(pattern: string, name: string): boolean {
  if (pattern === '*' || pattern === name) return true
  return pattern.endsWith('.*') && name.startsWith(pattern.slice(0, -1))
}

/**
 * The known names that a pattern selects, in the order in which they are given.
 *
 * @param known names that exist; by default the 56 lifecycle events
 * @throws UnknownEventError when it selects none
 */
export function expandPattern(pattern: string, known: Iterable<string> = lifecycleEventNames): readonly string[] {
  const names = [...known]
  const selected = names.filter((name) => matchesPattern(pattern, name))
  if (selected.length > 0 || pattern === '*') return selected
  throw unknownEvent(pattern, names)
}

/**
 * Refuses a pattern that selects no known event.
 *
 * With `customEvents: 'undecided'`, for the time in which custom events may still be declared, patterns of families that are not
 * reserved pass.
 *
 * @throws UnknownEventError
 */
export function assertKnownPattern(
  pattern: string,
  known: Iterable<string> = lifecycleEventNames,
  { customEvents = 'declared' }: { readonly customEvents?: 'declared' | 'undecided' } = {},
): void {
  if (customEvents === 'undecided' && pattern.includes('.') && !isReservedFamily(familyOf(pattern))) return
  expandPattern(pattern, known)
}

function unknownEvent(pattern: string, known: readonly string[]): UnknownEventError {
  const families = known.flatMap((name) => prefixesOf(name)).map((prefix) => `${prefix}.*`)
  return new UnknownEventError(pattern, nearestName(pattern, pattern.includes('*') ? families : known))
}

function prefixesOf(name: string): string[] {
  const segments = name.split('.')
  return segments.slice(1).map((_, index) => segments.slice(0, index + 1).join('.'))
}
