import type { SubscriberDefinition } from '../contracts/subscriber.js'
import { nearestName } from '../errors/nearest-name.js'
import { matchesPattern } from '../events/event-pattern.js'

/** What events there are now, custom ones included. */
export interface KnownEvents {
  /** Names of all events. */
  knownEvents(): ReadonlySet<string>
  /** Names that may be heard although the events are not there yet. */
  announcedEvents?(): readonly string[]
  /** Names of those that are written to the event log. */
  durableEvents(): ReadonlySet<string>
}

/** What is wrong with the events that a subscriber names: unknown ones, and what a durable one cannot hear. */
export function subscriberEventProblems(subscriber: SubscriberDefinition, events: KnownEvents): string[] {
  const known = [...new Set([...events.knownEvents(), ...(events.announcedEvents?.() ?? [])])]
  const durable = events.durableEvents()
  const problems = Object.keys(subscriber.on).flatMap((pattern) => {
    const selected = known.filter((name) => matchesPattern(pattern, name))
    if (selected.length === 0) return [unknownEvent(pattern, known)]
    const isHeard = subscriber.durable !== true || selected.some((name) => durable.has(name))
    return isHeard ? [] : [busOnly(pattern, durable)]
  })
  return problems
}

function unknownEvent(pattern: string, known: readonly string[]): string {
  const near = nearestName(pattern, pattern.endsWith('*') ? wildcards(known) : known)
  const hint = near === undefined ? '. ' : `; did you mean "${near}"? `
  return pattern.includes('*')
    ? `\`on["${pattern}"]\` selects no event${hint}Wildcards are "*" and "<family>.*"`
    : `\`on["${pattern}"]\` names no event${hint}A custom event is declared with defineEvent and listed under customEvents`
}

function busOnly(pattern: string, durable: ReadonlySet<string>): string {
  const family = pattern.split('.')[0]
  const choices = [...durable].filter((name) => name.startsWith(`${family}.`))
  const list = (choices.length > 0 ? choices : [...durable]).join(', ')
  const subject = pattern.includes('*') ? 'selects only events that are' : 'is'
  return (
    `\`on["${pattern}"]\` ${subject} heard on the bus of the process alone, because it is not written to the event log that a ` +
    `durable subscriber reads: hear it from a subscriber that is not durable, or name durable events: ${list}`
  )
}

function wildcards(names: readonly string[]): string[] {
  const prefixes = names.flatMap((name) => {
    const parts = name.split('.')
    return parts.slice(1).map((_, index) => `${parts.slice(0, index + 1).join('.')}.*`)
  })
  return ['*', ...new Set(prefixes)]
}
