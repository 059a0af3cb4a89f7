import { TaskerError } from './tasker-error.js'

/** Thrown when a pattern or a name selects no event that exists. */
export class UnknownEventError extends TaskerError {
  constructor(
    readonly pattern: string,
    readonly nearest?: string,
  ) {
    const suggestion = nearest === undefined ? '' : `Did you mean "${nearest}"? `
    super('UNKNOWN_EVENT', {
      what: `There is no event "${pattern}"`,
      expected: 'a lifecycle event, a declared custom event, "<family>.*" or "*"',
      wayOut: `${suggestion}Declare a custom event with defineEvent and list it under customEvents; \`tasker events list\` lists all.`,
      details: { pattern, nearest },
    })
  }
}

/** Thrown when a custom event has a name that no event can have. */
export class InvalidEventNameError extends TaskerError {
  constructor(readonly eventName: string) {
    super('INVALID_EVENT_NAME', {
      what: `"${eventName}" cannot be the name of a custom event`,
      expected: 'lower-case words with a dot between them, the family first, such as "order.fulfilled"',
      received: JSON.stringify(eventName),
      details: { eventName },
    })
  }
}

/** Thrown when a custom event is declared or published in a family that belongs to Tasker. */
export class ReservedEventFamilyError extends TaskerError {
  constructor(
    readonly eventName: string,
    readonly family: string,
  ) {
    super('RESERVED_EVENT_FAMILY', {
      what: `The event "${eventName}" is in the family "${family}", which only Tasker itself declares and publishes`,
      expected: 'a family of your own: not task, step, workflow, observability, export, registry or test',
      wayOut: `Name it after what it is about, such as "order.${eventName.split('.').at(-1) || 'fulfilled'}".`,
      details: { eventName, family },
    })
  }
}

/** Thrown when a custom event is declared twice, and differently. */
export class DuplicateEventError extends TaskerError {
  constructor(readonly eventName: string) {
    super('DUPLICATE_EVENT', {
      what: `The custom event "${eventName}" is already declared, with another schema, description or durability`,
      wayOut: 'Share one descriptor, or give one of the two another name.',
      details: { eventName },
    })
  }
}

/** Thrown when a payload does not fit the schema of its event. */
export class InvalidEventPayloadError extends TaskerError {
  constructor(
    readonly eventName: string,
    /** Where in the payload: `error.category`; empty for the payload itself. */
    readonly path: string,
    readonly expected: string,
    readonly found: string,
  ) {
    super('INVALID_EVENT_PAYLOAD', {
      what: `The payload of "${eventName}" does not fit its schema${path === '' ? '' : ` at ${path}`}`,
      expected,
      received: found,
      wayOut: `\`tasker events show ${eventName}\` prints the schema.`,
      details: { eventName, path, expected, found },
    })
  }
}

/** Reported on the error channel of the bus when a subscriber takes longer than its time-out for one event. */
export class SubscriberTimedOutError extends TaskerError {
  constructor(
    readonly subscriber: string,
    readonly eventName: string,
    readonly timeoutMs: number,
  ) {
    super('SUBSCRIBER_TIMED_OUT', {
      what: `The subscriber "${subscriber}" has not finished with "${eventName}" after ${timeoutMs} ms; it was left behind`,
      wayOut: 'Make it faster, stop at its signal, or give it a longer timeoutMs.',
      details: { subscriber, eventName, timeoutMs },
    })
  }
}

/** Reported on the error channel of the bus when a listener or a subscriber keeps the process from all else. */
export class SubscriberBlockedError extends TaskerError {
  constructor(
    readonly subscriber: string,
    readonly eventName: string,
    readonly blockedMs: number,
    limitMs: number,
  ) {
    super('SUBSCRIBER_BLOCKED', {
      what: `The subscriber "${subscriber}" blocked the process for ${Math.round(blockedMs)} ms with "${eventName}"`,
      expected: `at most ${limitMs} ms without a pause (events.blocking.limitMs)`,
      wayOut: 'Have it give the event to a subscriber with a queue, a worker thread or another process, or do less',
      details: { subscriber, eventName, blockedMs, limitMs },
    })
  }
}

/** Thrown to a listener whose events cause events that cause its events, and so on. */
export class EventRecursionError extends TaskerError {
  constructor(
    readonly eventName: string,
    readonly depth: number,
  ) {
    super('EVENT_RECURSION', {
      what: `"${eventName}" was not published: ${depth} events on this stack already cause one another`,
      wayOut: 'A listener must not publish, directly or through others, what it listens to; narrow its pattern.',
      details: { eventName, depth },
    })
  }
}
