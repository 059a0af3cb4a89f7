import type { Clock } from '../../contracts/clock.js'
import type { DependentSystemSettings, LimitStore, LimitsApi, SystemRow, SystemState } from '../../contracts/limits.js'
import type { Mailbox } from '../mailbox.js'

export interface LimitsServiceParts {
  readonly store: LimitStore
  readonly mailbox: Mailbox
  readonly clock: Clock
  readonly settings: Readonly<Record<string, DependentSystemSettings>>
}

/** `tasker.limits`: how the systems stand that steps call, with all workers together. */
export class LimitsService implements LimitsApi {
  readonly #parts: LimitsServiceParts

  constructor(parts: LimitsServiceParts) {
    this.#parts = parts
  }

  async list(): Promise<readonly SystemState[]> {
    const { store, clock, settings } = this.#parts
    const rows = new Map((await store.listSystems(clock.now())).map((row) => [row.system, row]))
    const limited = Object.keys(settings).filter((name) => settings[name]!.rate ?? settings[name]!.concurrency)
    const names = [...new Set([...limited, ...rows.keys()])].sort()
    return names.map((name) => stateOf(name, settings[name], rows.get(name))).filter(isWorthTelling)
  }

  async unblock(system: string): Promise<boolean> {
    const { store, mailbox } = this.#parts
    const { wasBlocked, workers } = await store.unblockSystem(system)
    for (const worker of workers) mailbox.send(worker, { kind: 'limit', system })
    return wasBlocked
  }
}

/** A system without limits whose pause is long over has left only its row. */
function isWorthTelling({ rate, concurrency, blockedUntil, pacePerSecond, workers }: SystemState): boolean {
  return [rate, concurrency, blockedUntil, pacePerSecond].some((each) => each !== undefined) || workers > 0
}

function stateOf(name: string, limits: DependentSystemSettings | undefined, row: SystemRow | undefined): SystemState {
  const { rate, concurrency } = limits ?? {}
  const { inUse = 0, waiting = 0, workers = 0, blockedUntil, pacePerS } = row ?? {}
  return {
    name,
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(rate === undefined ? {} : { rate }),
    inUse,
    waiting,
    workers,
    ...(typeof blockedUntil === 'number' ? { blockedUntil: new Date(blockedUntil).toISOString() } : {}),
    ...(typeof pacePerS === 'number' && rate === undefined ? { pacePerSecond: Number(pacePerS.toFixed(2)) } : {}),
  }
}
