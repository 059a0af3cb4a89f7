import type { CustomEventDescriptor } from '../events/custom-event.js'
import type { EventEnvelope } from '../events/envelope.js'
import type { Checked, EventSelection, MatchingEvents } from '../events/event-pattern.js'

export interface ListenOptions {
  readonly signal?: AbortSignal
  /** How logs and errors call the listener. */
  readonly name?: string
  /** Hears only what somebody else listens to, so that no event is made on its account: for whoever counts. Default false. */
  readonly isPassive?: boolean
}

/** Takes a listener away; also `using off = events.on(…)`. */
export interface Unsubscribe extends Disposable {
  (): void
}

export interface PublishOptions {
  readonly correlationId?: string
  readonly causationId?: string
}

/** `tasker.events`: the bus as users and plugins see it. */
export interface TaskerEvents {
  on<const P extends EventSelection>(
    selection: Checked<P>,
    listener: (event: MatchingEvents<P>) => unknown,
    options?: ListenOptions,
  ): Unsubscribe
  once<const P extends EventSelection>(
    selection: Checked<P>,
    listener: (event: MatchingEvents<P>) => unknown,
    options?: ListenOptions,
  ): Unsubscribe
  /** Takes a listener away that was put on exactly this selection. */
  off<const P extends EventSelection>(selection: Checked<P>, listener: (event: MatchingEvents<P>) => unknown): void
  stream<const P extends EventSelection>(
    selection: Checked<P>,
    options?: { readonly signal?: AbortSignal; readonly bufferSize?: number },
  ): AsyncIterableIterator<MatchingEvents<P>>
  /** Publishes a custom event outside of a step; gives it back, or undefined when nobody listens. */
  publish<N extends string, P>(
    event: CustomEventDescriptor<N, P>,
    payload: P,
    options?: PublishOptions,
  ): EventEnvelope<N, P> | undefined
  publish(name: string, payload?: unknown, options?: PublishOptions): EventEnvelope | undefined
}
