import { EventEmitter } from 'eventemitter3'
import type { EventEnvelope } from '../events/envelope.js'
import { Listener } from './listener.js'

/** With so many listeners one that leaves is taken away at once; the emitter copies all that a name has for that. */
const fewListeners = 64

/**
 * Brings events to the listeners that selected them, in the order in which these were added.
 *
 * Patterns are resolved when a name is dispatched for the first time, and kept up to date as listeners come and go: a dispatch
 * is one call of the emitter and never looks at a pattern.
 */
export class EventRouter {
  readonly #emitter = new EventEmitter<Record<string, [EventEnvelope]>>()
  readonly #listeners = new Set<Listener>()
  readonly #resolved = new Set<string>()
  /** How many that have left the emitter still has; they are stopped, and hear nothing. */
  #leftBehind = 0
  /** Whether a name has a listener that is not passive, as far as that was asked since the listeners last changed. */
  readonly #heard = new Map<string, boolean>()

  get listeners(): Iterable<Listener> {
    return this.#listeners
  }

  add(listener: Listener): void {
    this.#listeners.add(listener)
    this.#heard.clear()
    for (const name of this.#resolved) if (listener.selects(name)) this.#connect(name, listener)
  }

  remove(listener: Listener): void {
    listener.stop()
    if (!this.#listeners.delete(listener)) return
    this.#heard.clear()
    if (this.#listeners.size < fewListeners && this.#leftBehind === 0) {
      for (const name of this.#resolved) this.#emitter.off(name, Listener.prototype.deliver, listener)
      return
    }
    this.#leftBehind += 1
    if (this.#leftBehind > this.#listeners.size) this.#connectAnew()
  }

  clear(): void {
    for (const listener of [...this.#listeners]) this.remove(listener)
  }

  dispatch(event: EventEnvelope): void {
    // The emitter says whether it knew a listener; only a name without any may be one that was not yet resolved.
    if (this.#emitter.emit(event.name, event) || this.#resolved.has(event.name)) return
    this.#resolve(event.name)
    this.#emitter.emit(event.name, event)
  }

  hasListeners(name: string): boolean {
    return this.#heard.get(name) ?? this.#findHearer(name)
  }

  #findHearer(name: string): boolean {
    const isHeard = [...this.#listeners].some((listener) => !listener.isPassive && listener.selects(name))
    this.#heard.set(name, isHeard)
    return isHeard
  }

  #resolve(name: string): void {
    this.#resolved.add(name)
    for (const listener of this.#listeners) if (listener.selects(name)) this.#connect(name, listener)
  }

  /** Takes away all that have left, when they are as many as those that stay: thousands that leave together cost little more than one. */
  #connectAnew(): void {
    this.#leftBehind = 0
    for (const name of this.#resolved) {
      this.#emitter.removeAllListeners(name)
      for (const listener of this.#listeners) if (listener.selects(name)) this.#connect(name, listener)
    }
  }

  #connect(name: string, listener: Listener): void {
    this.#emitter.on(name, Listener.prototype.deliver, listener)
  }
}
