import type { Culprit } from '../../bus/culprit.js'
import { describeOrigin, type Origin } from '../../contracts/origin.js'
import type { PluginDefinition } from '../../contracts/plugin.js'
import type { PluginState, PluginStatus } from '../../contracts/plugin-status.js'
import { errorMessage } from '../../errors/error-message.js'
import { PluginScope } from './plugin-scope.js'

/** One failure of a part of a plugin. */
export interface PartFailure {
  /** `hook beforeExport`, `listener mail: onFailed`, `health check`. */
  readonly part: string
  readonly kind: string
  readonly error: unknown
}

/** Where a plugin comes from, for messages; undefined where it does not say. */
export function originText(origin: Origin): string | undefined {
  return origin.place ? describeOrigin(origin) : undefined
}

/** What the kernel knows of one plugin. */
export class PluginRecord {
  readonly plugin: PluginDefinition
  readonly origin: Origin
  readonly scope: PluginScope
  /** Its code runs as this one. */
  readonly culprit: Culprit
  /** Names of its listeners and subscribers on the bus. */
  readonly listeners = new Set<string>()
  state: PluginState = 'registered'
  problem: string | undefined
  #failures = 0
  #last: { readonly at: number; readonly part: string; readonly problem: string } | undefined

  constructor(plugin: PluginDefinition, origin: Origin, onStray: (record: PluginRecord, error: unknown) => void) {
    this.plugin = plugin
    this.origin = origin
    this.scope = new PluginScope(plugin.name)
    this.culprit = { kind: 'plugin', name: plugin.name, blame: (error) => onStray(this, error) }
  }

  get isOff(): boolean {
    return this.state === 'failed' || this.state === 'blocked'
  }

  /** Takes away all that it added. */
  switchOff(state: 'failed' | 'blocked', problem: string): void {
    this.state = state
    this.problem = problem
    this.scope.close()
    this.listeners.clear()
  }

  note({ part, error }: PartFailure, at: number): void {
    this.#failures++
    this.#last = { at, part, problem: errorMessage(error) }
  }

  status(paused: readonly string[]): PluginStatus {
    const { name, version } = this.plugin
    return {
      name,
      version,
      origin: describeOrigin(this.origin),
      state: this.state,
      ...(this.problem === undefined ? {} : { problem: this.problem }),
      paused,
      failures: this.#failures,
      ...(this.#last === undefined
        ? {}
        : { lastFailure: { ...this.#last, at: new Date(this.#last.at).toISOString() } }),
    }
  }
}
