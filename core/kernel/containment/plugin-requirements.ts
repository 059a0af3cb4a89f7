import type { PluginDefinition } from '../../contracts/plugin.js'
import { RequiredPluginMissingError } from '../../errors/kernel-errors.js'
import { isTaskerError } from '../../errors/tasker-error.js'
import type { PluginRecord } from './plugin-record.js'

/** Without which plugins Tasker must not start. */
export class PluginRequirements {
  readonly #required: boolean | readonly string[]

  constructor(required: boolean | readonly string[]) {
    this.#required = required
  }

  /** Those that come with Tasker, those that say so themselves, and those that the configuration names. */
  includes({
    plugin,
    origin,
  }: {
    readonly plugin: PluginDefinition
    readonly origin: PluginRecord['origin']
  }): boolean {
    const required = this.#required
    const isNamed = required === true || (required !== false && required.includes(plugin.name))
    return origin.kind === 'built_in' || plugin.required === true || isNamed
  }

  /** Whether the boot ends because a plugin has failed. */
  mustEnd(record: PluginRecord, error: unknown, hasOptions: boolean): boolean {
    if (this.includes(record)) return true
    // What the configuration gives it is the project's own mistake, and so is a plugin of its own that needs more than it gets.
    const isOptions = isTaskerError(error) && error.code === 'PLUGIN_OPTIONS_INVALID'
    return isOptions && (record.origin.kind !== 'package' || hasOptions)
  }

  /** Throws RequiredPluginMissingError where one that the configuration names is not there. */
  assertPresent(names: readonly string[], whyNot: (name: string) => string | undefined): void {
    if (typeof this.#required === 'boolean') return
    const missing = this.#required.find((name) => !names.includes(name))
    if (missing !== undefined) throw new RequiredPluginMissingError(missing, whyNot(missing) ?? 'was not found', names)
  }
}
