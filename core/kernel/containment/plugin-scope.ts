import { PluginSwitchedOffError } from '../../errors/kernel-errors.js'

/** What one plugin has added, so that it can be taken away again when the plugin is switched off. */
export class PluginScope {
  readonly #plugin: string
  readonly #undo = new Set<() => void>()
  #isClosed = false

  constructor(plugin: string) {
    this.#plugin = plugin
  }

  /**
   * Adds something by a function that gives how to take it away. A setup that was given up may wake up late, and adds nothing then.
   *
   * @throws PluginSwitchedOffError
   */
  add<U extends () => unknown>(what: string, add: () => U): U {
    if (this.#isClosed) throw new PluginSwitchedOffError(this.#plugin, what)
    const undo = add()
    this.#undo.add(undo)
    return undo
  }

  /** Takes everything away, the newest first. */
  close(): void {
    this.#isClosed = true
    for (const undo of [...this.#undo].reverse()) undo()
    this.#undo.clear()
  }
}
