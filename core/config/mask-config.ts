import { printableValue } from './printable-value.js'
import type { ResolvedConfig } from './resolved-config.js'

/** A configuration as JSON for people: what `tasker config print` shows. */
export interface PrintableConfig {
  readonly file: string | null
  readonly directory: string
  readonly environment: string
  readonly mode: string
  readonly values: Readonly<Record<string, unknown>>
  readonly sources: Readonly<Record<string, string>>
}

/**
 * A resolved configuration without secrets: passwords in URLs and the values of keys that the filter names are masked, values
 * of code are shown as `[class Audit]`, `[function]`.
 */
export function printableConfig(config: ResolvedConfig): PrintableConfig {
  const { parameters, mask } = config.values.filter
  return {
    file: config.file ?? null,
    directory: config.directory,
    environment: config.environment,
    mode: config.mode,
    values: printableValue(config.values, { parameters, mask }) as Record<string, unknown>,
    sources: config.sources,
  }
}
