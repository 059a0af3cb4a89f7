/** Beats for workers from outside of the main thread, so that a long synchronous computation there does not stop them. */
export interface Pacemaker {
  /** Begins to beat for a registered worker. Never throws: the listener is told. */
  begin(workerId: string, rhythm: Rhythm, listener: PulseListener): Pulse
}

/** Durations in milliseconds. */
export interface Rhythm {
  readonly intervalMs: number
  /** After the main thread has shown no sign of life for so long there are no more beats, until it shows one: it hangs. */
  readonly deafAfterMs: number
}

/** The beats of one worker. */
export interface Pulse {
  /** No more of them; resolves when none is under way. */
  end(): Promise<void>
}

/** Learns what becomes of the beats of one worker. */
export interface PulseListener {
  /** One was written; it was sent so long ago, in milliseconds. */
  beat(ageMs: number): void
  /** The worker's row has been taken away. */
  unregistered(): void
  /** One could not be written; it goes on with a new connection. */
  failed(error: Error): void
  /** There will be no more: the thread could not begin, or has ended. */
  ended(error: Error): void
}
