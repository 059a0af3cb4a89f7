import { nearestName } from './nearest-name.js'
import { TaskerError } from './tasker-error.js'

/** Names that a message shows before it says how many there are besides. */
const SHOWN = 12

/** Thrown when two steps of one dependency graph have the same name. */
export class GraphDuplicateStepError extends TaskerError {
  constructor(readonly stepName: string) {
    super('GRAPH_DUPLICATE_STEP', {
      what: `Two steps are named "${stepName}"`,
      expected: 'each name once',
      wayOut: 'Rename one of them',
      details: { stepName },
    })
  }
}

/** Thrown when a step depends on a name that no step of its graph has. */
export class GraphUnknownDependencyError extends TaskerError {
  constructor(
    readonly stepName: string,
    readonly dependency: string,
    choices: readonly string[],
  ) {
    const nearest = nearestName(dependency, choices)
    super('GRAPH_UNKNOWN_DEPENDENCY', {
      what: `Step "${stepName}" depends on "${dependency}", which does not exist`,
      expected: `one of ${shorten(choices, ', ')}`,
      wayOut: nearest === undefined ? 'Correct the name, or add that step' : `Did you mean "${nearest}"?`,
      details: { stepName, dependency, choices },
    })
  }
}

/** Thrown when steps wait for each other in a circle. */
export class GraphCycleError extends TaskerError {
  /** The steps of the circle, each before the one that waits for it; the last one is waited for by the first. */
  readonly cycle: readonly string[]

  constructor(cycle: readonly string[]) {
    super('GRAPH_CYCLE', {
      what: `The dependencies form a cycle: ${shorten(cycle, ' → ')} → ${cycle[0]}`,
      expected: 'steps that can be put in an order, each after those that it depends on',
      wayOut: 'Take one of these dependencies away',
      details: { cycle },
    })
    this.cycle = cycle
  }
}

function shorten(names: readonly string[], separator: string): string {
  if (names.length === 0) return '(there is none)'
  const shown = names.slice(0, SHOWN).join(separator)
  return names.length > SHOWN ? `${shown}${separator}… (${names.length} in all)` : shown
}
