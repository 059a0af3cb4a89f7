import type { LifecycleEventName, TaskerEvent } from '../../core/index.js'

/** One sentence for each event of a family: a missing one does not compile. */
export type Messages<Family extends string> = {
  readonly [N in Extract<LifecycleEventName, `${Family}.${string}`>]: (payload: TaskerEvent<N>['payload']) => string
}

interface AboutTask {
  readonly namespace: string
  readonly taskName: string
  readonly version: string
}

interface AboutStep extends AboutTask {
  readonly stepName: string
  readonly attempt: number
  readonly retryLimit: number
}

/** `task payments.refund@1.0.0` */
export function task({ namespace, taskName, version }: AboutTask): string {
  return `task ${namespace}.${taskName}@${version}`
}

/** `step charge of payments.refund@1.0.0` */
export function step({ stepName, namespace, taskName, version }: AboutStep): string {
  return `step ${stepName} of ${namespace}.${taskName}@${version}`
}

/** `, attempt 2 of 3`; nothing for the first one. */
export function again({ attempt, retryLimit }: AboutStep): string {
  return attempt > 1 ? `, attempt ${attempt} of ${retryLimit}` : ''
}

/** `CARD_STOLEN: the card was stolen` */
export function errorText({ name, message, code }: { name: string; message: string; code?: string }): string {
  const kind = code ?? (name === 'Error' ? '' : name)
  return kind === '' ? message : `${kind}: ${message}`
}

/** `Ann (person u1)` */
export function who({ id, kind, name }: { id: string; kind: string; name?: string }): string {
  return name === undefined ? `${kind} ${id}` : `${name} (${kind} ${id})`
}

export function because(reason: string): string {
  return reason === '' ? '' : `: ${reason}`
}

/** `in 250 ms`, `in 3.2 s`, `in 5 min` */
export function took(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  return ms < 120_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 60_000)} min`
}

/** `3 steps (a, b, c)`; a long list is cut. */
export function steps(names: readonly string[]): string {
  const noun = names.length === 1 ? 'step' : 'steps'
  if (names.length === 0) return `no ${noun}`
  return `${names.length} ${noun} (${names.slice(0, 10).join(', ')}${names.length > 10 ? ', …' : ''})`
}
