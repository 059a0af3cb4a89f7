import { type CompositionInput, composeBase } from './compose-base.js'
import { composeEngine } from './compose-engine.js'
import { composeOutputs } from './compose-outputs.js'

/** The parts of one kernel, put together. */
export type Composition = ReturnType<typeof compose>

/** Puts the parts of one kernel together, from the bus outwards. Nothing is started. */
export function compose(input: CompositionInput) {
  const base = composeBase(input)
  const engine = composeEngine(base)
  return { ...base, ...engine, ...composeOutputs(base, engine) }
}
