import type { StepState } from './state-machines.js'
import type { ResolvedHow } from './task-record.js'

/** What a step looks like in a picture: its state, and `skipped` for one that was skipped or not chosen. */
export type PictureState = StepState | 'skipped'

/** A step that may have a state: one of a task has, one of a template has none. */
export interface StatedStep {
  readonly name: string
  readonly state?: StepState
  readonly resolvedHow?: ResolvedHow | null
}

/**
 * Step name → what it looks like, for the pictures of a graph. Steps without a state are left out.
 *
 * @example
 * const graph = await tasker.graph.task(id)
 * drawGraphAsMermaid(graph, { states: pictureStatesOf(graph.nodes) })
 */
export function pictureStatesOf(steps: readonly StatedStep[]): ReadonlyMap<string, PictureState> {
  const states = new Map<string, PictureState>()
  for (const { name, state, resolvedHow } of steps) {
    const isSkipped = resolvedHow === 'skipped' || resolvedHow === 'unchosen'
    if (state !== undefined) states.set(name, isSkipped ? 'skipped' : state)
  }
  return states
}
