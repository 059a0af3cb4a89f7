import type { DependentSystemSettings, PermitReply } from '../../contracts/limits.js'
import { intervalOf } from './pace.js'

/** How long those who wait with an owner may have to, in milliseconds: the others are parked. */
const ownedWaitMs = 1_000
/** How much earlier than its turn a parked task is due: it is claimed by then, and others need not wait for it. */
const earlyByMs = 500
/** Turns that rest on a guess come closer together than was guessed: too early costs a commit, too late leaves the system idle. */
const guessedTooLong = 2
/** What is parked without a turn is looked at again after so long, in milliseconds, spread over as much again. */
const turnlessMs = 27_500
/** However slow it goes and however few may be kept: what comes free is not to wait for a claim. */
const leastKept = 4
const leastKeptOfCalls = 16
const leastIntervalMs = 0.01

/** Who waits with an owner, and when the others are to come back. */
export interface Turns {
  /** How many waiting tasks stay with this worker: what it will serve within a second. */
  readonly kept: number
  /** Milliseconds between two turns, as far as can be told. */
  readonly intervalMs: number
  /** How far ahead the first turn is at least. */
  readonly firstMs: number
  /** When a parked task is due, in milliseconds since 1970: a bit before its turn, if it has one. */
  dueAt(turnAt: number | undefined, now: number, chance: number): number
}

/** @param callMs how long calls take, on average */
export function turnsOf(
  { rate, concurrency }: DependentSystemSettings,
  reply: PermitReply | undefined,
  callMs: number,
  mostKept: number,
): Turns {
  const pacedMs = reply?.isPaced ? reply.turnIntervalMs : 0
  const byRate = rate === undefined ? pacedMs : intervalOf(rate)
  const byCalls = concurrency === undefined ? 0 : callMs / concurrency / guessedTooLong
  const intervalMs = Math.max(byRate, byCalls, leastIntervalMs)
  const least = rate === undefined && concurrency !== undefined ? Math.min(leastKeptOfCalls, mostKept) : leastKept
  const workers = 1 + (reply?.waitingWorkers.length ?? 0)
  return {
    kept: Math.max(least, Math.min(Math.ceil(ownedWaitMs / (intervalMs * workers)), mostKept)),
    intervalMs,
    firstMs: ownedWaitMs,
    dueAt: (turnAt, now, chance) => (turnAt === undefined ? now + turnlessMs * (1 + chance) : turnAt - earlyByMs),
  }
}
