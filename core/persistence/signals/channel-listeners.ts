import type { Listening } from '../../contracts/signals.js'

interface ChannelListener {
  readonly onSignal: (payload: string) => void
  readonly onGap: (() => void) | undefined
}

/** Who in this process listens to which channel. */
export class ChannelListeners {
  readonly #byChannel = new Map<string, Set<ChannelListener>>()

  /** The channels that somebody listens to. */
  get channels(): readonly string[] {
    return [...this.#byChannel.keys()]
  }

  /** Adds a listener; gives what takes it away again, which says whether it was the channel's last. */
  add(channel: string, onSignal: ChannelListener['onSignal'], onGap: ChannelListener['onGap']): () => boolean {
    const listener = { onSignal, onGap }
    this.#byChannel.set(channel, (this.#byChannel.get(channel) ?? new Set()).add(listener))
    return () => {
      const listeners = this.#byChannel.get(channel)
      if (!listeners?.delete(listener) || listeners.size > 0) return false
      return this.#byChannel.delete(channel)
    }
  }

  tell(channel: string, payload: string): void {
    for (const { onSignal } of [...(this.#byChannel.get(channel) ?? [])]) onSignal(payload)
  }

  tellGap(): void {
    for (const listeners of [...this.#byChannel.values()]) for (const { onGap } of [...listeners]) onGap?.()
  }
}

/** What listens to nothing, because its signals are closed. */
export const silence: Listening = { active: new Promise(() => {}), stop: () => {} }
