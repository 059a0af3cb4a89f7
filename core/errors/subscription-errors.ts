import { TaskerError } from './tasker-error.js'

/** Thrown when a durable subscriber is asked for that the database does not know. */
export class SubscriptionNotFoundError extends TaskerError {
  constructor(name: string, nearest: string | undefined) {
    super('SUBSCRIPTION_NOT_FOUND', {
      what: `There is no durable subscriber "${name}"${nearest === undefined ? '' : `. Did you mean "${nearest}"?`}`,
      wayOut:
        'subscriptions.list() and `tasker subscriptions list` show those there are; one is there once a worker has started that has it, with `durable: true`',
      details: { subscription: name, ...(nearest === undefined ? {} : { nearest }) },
    })
  }
}

/** Thrown when a place of the log is none, or none that is possible here. */
export class SubscriptionPlaceError extends TaskerError {
  constructor(
    name: string,
    problem: { readonly what: string; readonly expected: string; readonly received: string; readonly wayOut: string },
  ) {
    super('SUBSCRIPTION_PLACE', {
      ...problem,
      what: `Durable subscriber "${name}": ${problem.what}`,
      details: { subscription: name, received: problem.received },
    })
  }
}

/** Thrown to whoever waits for a durable subscriber that does not come to the end of the log. */
export class SubscriptionWaitError extends TaskerError {
  constructor(name: string, why: string, details: Readonly<Record<string, unknown>>) {
    super('SUBSCRIPTION_WAIT', {
      what: `Durable subscriber "${name}" has not caught up with the log: ${why}`,
      wayOut: `See \`tasker subscriptions show ${name}\``,
      details: { subscription: name, ...details },
    })
  }
}

/** Stands on a subscription when retention has taken entries that it had not read: see `Subscription.state`. */
export class SubscriptionBehindError extends TaskerError {
  constructor(name: string, lostAtMost: number) {
    super('SUBSCRIPTION_BEHIND', {
      what: `Durable subscriber "${name}" has fallen behind retention, which has taken up to ${lostAtMost} entries that it had not read; nothing is delivered`,
      wayOut: `Replay what is left, \`tasker events replay --subscriber ${name} --from beginning\`, or pass over it, \`tasker subscriptions skip ${name}\`; subscriptions.expireAfterMs says how long retention waits for a subscriber that no worker has`,
      details: { subscription: name, lostAtMost },
    })
  }
}

/** Thrown to a handler of a transactional subscriber that uses `event.tx` after it has returned, or was given up. */
export class TransactionEndedError extends TaskerError {
  constructor(subscriber: string) {
    super('TRANSACTION_ENDED', {
      what: `The transaction that "${subscriber}" was given with an event has ended with its handler`,
      wayOut: 'Await every statement within the handler, and keep event.tx nowhere',
      details: { subscriber },
    })
  }
}

/** Thrown to a handler of a transactional subscriber that begins or ends a transaction by `event.tx`. */
export class TransactionControlError extends TaskerError {
  constructor(subscriber: string, statement: string) {
    super('TRANSACTION_CONTROL', {
      what: `"${subscriber}" was about to ${statement.toUpperCase()} in the transaction that moves its cursor`,
      expected:
        'statements of one transaction, which Tasker begins before a handler is called and commits after it, together with the cursor',
      received: statement.toUpperCase(),
      wayOut: 'Leave it out; throw to have taken back what was written. SAVEPOINT and ROLLBACK TO are possible',
      details: { subscriber, statement: statement.toUpperCase() },
    })
  }
}

/** Thrown when dead letters are to be retried or discarded, and nothing says which. */
export class DeadLetterFilterError extends TaskerError {
  constructor(command: string) {
    super('DEAD_LETTER_FILTER', {
      what: `Nothing says which dead letters are meant by ${command}`,
      expected: 'ids, a subscription, a task, the name of an event, or a time',
      received: 'an empty filter',
      wayOut: 'Give { subscription: name } for all of one subscriber',
    })
  }
}
