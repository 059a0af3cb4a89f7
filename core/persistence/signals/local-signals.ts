import type { Listening, Signal, Signals } from '../../contracts/signals.js'
import { ChannelListeners } from './channel-listeners.js'

/** Signals within one process: for the embedded database, whose connections share one backend, so that NOTIFY reaches no other. */
export class LocalSignals implements Signals {
  readonly reachesOtherProcesses = false
  readonly #listeners = new ChannelListeners()

  listen(channel: string, listener: (payload: string) => void, onGap?: () => void): Listening {
    const remove = this.#listeners.add(channel, listener, onGap)
    return { active: Promise.resolve(), stop: () => void remove() }
  }

  /** In a turn of its own, as a word from elsewhere would come. */
  send({ channel, payload }: Signal): void {
    setImmediate(() => this.#listeners.tell(channel, payload))
  }
}
