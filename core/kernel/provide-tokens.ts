import * as tokens from '../contracts/tokens.js'
import type { Composition } from './compose.js'

/** Registers what classes built by the container may ask for. */
export function provideTokens(parts: Composition): void {
  const values: readonly (readonly [symbol, unknown])[] = [
    [tokens.LOGGER, parts.log],
    [tokens.CLOCK, parts.clock],
    [tokens.EVENTS, parts.bus],
    [tokens.TASKS, parts.tasks],
    [tokens.STEPS, parts.steps],
    [tokens.EXPORTS, parts.exports],
    [tokens.METRICS, parts.metrics],
    [tokens.DEPENDENT_SYSTEMS, parts.dependentSystems],
    [tokens.CONFIG, parts.config],
    [tokens.HANDLERS, parts.handlers],
    [tokens.SUBSCRIBERS, parts.subscribers],
    [tokens.EXPORTERS, parts.exporters],
    [tokens.PLUGINS, parts.plugins],
  ]
  for (const [token, value] of values) parts.container.register(token, { useValue: value })
}
