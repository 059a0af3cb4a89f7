import type { DeadLetter, HeldTask, Subscription } from '../contracts/subscription.js'
import type { Tasker } from '../kernel/tasker.js'
import { type TableOptions, textPairs, textTable } from './text-table.js'
import { durationText, momentText } from './time-text.js'

/** Durable subscribers, one a line. */
export function subscriptionTable(subscriptions: readonly Subscription[], options: TableOptions): string {
  const rows = subscriptions.map((each) => [
    each.name,
    each.state,
    lagText(each),
    String(each.heldTasks),
    String(each.deadLetters),
    String(workersOf(each).length),
    detailOf(each),
  ])
  return textTable(['NAME', 'STATE', 'BEHIND', 'HELD', 'DEAD LETTERS', 'WORKERS', 'DETAIL'], rows, options)
}

/** All there is to say about a durable subscriber. */
export function subscriptionText(
  subscription: Subscription,
  options: TableOptions,
  held: readonly HeldTask[] = [],
): string {
  const { pausedAt, pauseReason, lostAtMost, shards } = subscription
  const workers = workersOf(subscription).map(
    (id) => `${id}: ${shards.filter(({ workerId }) => workerId === id).length} of ${shards.length} shards`,
  )
  return textPairs(
    [
      ['subscriber', subscription.name],
      ['state', subscription.state],
      ['transactional', subscription.isTransactional ? 'yes' : 'no'],
      ['position', subscription.position ?? 'before the first entry'],
      ['behind', lagText(subscription)],
      ['held', heldText(subscription, held)],
      ['dead letters', String(subscription.deadLetters)],
      ['workers', workers.length === 0 ? 'none' : workers],
      ['paused', pausedAt === null ? undefined : `since ${momentText(pausedAt)}: ${pauseReason}`],
      ['lost', lostAtMost === 0 ? undefined : `up to ${lostAtMost} entries, taken by retention`],
      ['retention', subscription.holdsRetention ? 'waits for it' : 'does not wait for it any more'],
      ['created', momentText(subscription.createdAt)],
      ['seen', momentText(subscription.seenAt)],
    ],
    options,
  )
}

/** A dead letter without secrets. */
export function deadLetterDocument(tasker: Pick<Tasker, 'mask'>, letter: DeadLetter): DeadLetter {
  const { namespace, taskName, version } = (letter.event.payload ?? {}) as Readonly<Record<string, unknown>>
  const key = taskName === undefined ? undefined : `${namespace}.${taskName}@${version}`
  return { ...letter, event: { ...letter.event, payload: tasker.mask(letter.event.payload, key) } }
}

export function deadLetterTable(letters: readonly DeadLetter[], options: TableOptions): string {
  const rows = letters.map(({ id, subscription, event, taskId, attempts, failedAt, error, retryRequestedAt }) => [
    id,
    subscription,
    event.name,
    taskId ?? '',
    String(attempts),
    momentText(failedAt),
    retryRequestedAt === null ? error.message : `is to be delivered again: ${error.message}`,
  ])
  return textTable(['ID', 'SUBSCRIBER', 'EVENT', 'TASK', 'TRIES', 'FAILED (UTC)', 'ERROR'], rows, options)
}

export function deadLetterText(letter: DeadLetter, options: TableOptions): string {
  const { id, subscription, event, taskId, position, attempts, failedAt, error, retryRequestedAt } = letter
  return textPairs(
    [
      ['dead letter', id],
      ['subscriber', subscription],
      ['event', event.name],
      ['task', taskId ?? undefined],
      ['position', position],
      ['occurred', momentText(event.occurredAt)],
      ['tries', String(attempts)],
      ['failed', momentText(failedAt)],
      ['retry', retryRequestedAt === null ? undefined : `asked for at ${momentText(retryRequestedAt)}`],
      ['error', (error.stack ?? `${error.name}: ${error.message}`).split('\n')],
      ['payload', (JSON.stringify(event.payload, undefined, 2) ?? '').split('\n')],
    ],
    options,
  )
}

function heldText({ heldTasks }: Subscription, held: readonly HeldTask[]): string | readonly string[] {
  if (heldTasks === 0) return 'nothing'
  const lines = held.map(({ taskId, position, attempts, nextAttemptAt, error }) => {
    const tries = `${attempts} ${attempts === 1 ? 'try' : 'tries'}, the next at ${momentText(nextAttemptAt)}`
    return `${taskId ?? 'no task'} at ${position}: ${tries}${error === null ? '' : `: ${error.message}`}`
  })
  const more = heldTasks - held.length
  return [
    `${heldTasks} ${heldTasks === 1 ? 'task' : 'tasks'}, because an event failed and is tried again`,
    ...lines,
    ...(held.length === 0 || more <= 0 ? [] : [`and ${more} more`]),
  ]
}

function lagText({ lag: { entries, ageMs } }: Subscription): string {
  return entries === 0 ? '' : `${entries} entries, ${durationText(ageMs)}`
}

function workersOf({ shards }: Subscription): readonly string[] {
  return [...new Set(shards.flatMap(({ workerId }) => (workerId === null ? [] : [workerId])))]
}

function detailOf({ state, pauseReason, lostAtMost, seenAt, holdsRetention }: Subscription): string {
  if (state === 'paused') return pauseReason ?? ''
  if (state === 'behind') return `retention has taken up to ${lostAtMost} entries unread: replay or skip`
  if (state !== 'unattended') return ''
  return `no worker has it since ${momentText(seenAt)}${holdsRetention ? '' : '; retention does not wait for it'}`
}
