/**
 * Moves the time of day of this process, as an administrator or a time server would: `Date` shows it to everybody who asks, the
 * clock that durations are measured by goes on as before.
 */
export function moveTimeOfDay(offsetMs: number): void {
  Offset.ms = offsetMs
}

const RealDate = Date

const Offset = { ms: 0 }

class MovedDate extends RealDate {
  constructor(...given: unknown[]) {
    if (given.length === 0) super(RealDate.now() + Offset.ms)
    else super(...(given as [number]))
  }

  static override now(): number {
    return RealDate.now() + Offset.ms
  }
}

globalThis.Date = MovedDate as DateConstructor
