import { PermanentError } from '../../errors/step-errors.js'
import { InjectedFaultError } from '../../errors/testing-errors.js'
import type { TaskerEvent } from '../../events/envelope.js'
import type { AttemptFault, BegunAttempt } from '../attempt-faults.js'
import { commitStatement } from '../faults.js'
import type { SentStatement, StatementFault } from '../statement-faults.js'
import { type FaultKind, meaningOf, type PlacedFault, type PlaceKind } from './faults-to-try.js'

/** What a fault at an event does to the kernel, but for the loss of its worker. */
export interface Disturbances {
  restart(): void
  wakeTwice(): void
  cancel(taskId: string): void
  pause(taskId: string): void
}

/** A place that a run came by. */
export interface Place {
  readonly at: PlaceKind
  readonly place: string
  readonly occurrence: number
}

/** How long the time-out of a step is, by the name that it has in events. */
export type TimeoutOf = (stepName: string) => number

const statementFaults: Partial<Record<FaultKind, StatementFault>> = {
  'crash-before': 'crash before',
  'crash-after': 'crash after',
  'disconnect-before': 'disconnect before',
  'disconnect-after': 'disconnect after',
  refuse: 'refuse',
}

/** Lets the faults of one run fall, each at its place, and keeps which places there were. */
export class FaultRunner {
  readonly places: Place[] = []
  /** Those of the faults whose place was come by. */
  readonly fallen: PlacedFault[] = []
  readonly #faults: readonly PlacedFault[]
  readonly #disturbances: Disturbances
  readonly #timeoutOf: TimeoutOf
  readonly #counts = new Map<string, number>()

  constructor(faults: readonly PlacedFault[], disturbances: Disturbances, timeoutOf: TimeoutOf) {
    this.#faults = faults
    this.#disturbances = disturbances
    this.#timeoutOf = timeoutOf
  }

  onEvent({ name, taskId, position }: TaskerEvent<string>): 'crash' | undefined {
    if (position === undefined || taskId === undefined) return undefined
    let isLost = false
    for (const { kind } of this.#arriveAt('event', name)) {
      if (kind === 'crash') isLost = true
      else if (kind === 'restart') this.#disturbances.restart()
      else if (kind === 'wake-twice') this.#disturbances.wakeTwice()
      else if (kind === 'cancel') this.#disturbances.cancel(taskId)
      else this.#disturbances.pause(taskId)
    }
    return isLost ? 'crash' : undefined
  }

  onStatement({ name }: SentStatement): StatementFault | undefined {
    if (name !== commitStatement) return undefined
    const [fault] = this.#arriveAt('commit', 'commit')
    return fault && statementFaults[fault.kind]
  }

  onAttempt({ stepName }: BegunAttempt): AttemptFault | undefined {
    const [fault] = this.#arriveAt('attempt', stepName)
    switch (fault?.kind) {
      case 'error':
        return { fail: new InjectedFaultError(`step ${stepName}`) }
      case 'permanent-error':
        return { fail: new PermanentError(`step ${stepName} failed for good because the test asked for it`) }
      case 'timeout':
        return 'hang'
      case 'delay':
        return { delayMs: this.#timeoutOf(stepName) / 2 }
      default:
        return undefined
    }
  }

  #arriveAt(at: PlaceKind, place: string): readonly PlacedFault[] {
    const key = `${at} ${place}`
    const occurrence = (this.#counts.get(key) ?? 0) + 1
    this.#counts.set(key, occurrence)
    this.places.push({ at, place, occurrence })
    const here = this.#faults.filter(
      (fault) => fault.place === place && fault.occurrence === occurrence && meaningOf(fault.kind).at === at,
    )
    this.fallen.push(...here)
    return here
  }
}
