/** A word to whoever listens to a channel, in whatever process. */
export interface Signal {
  /** At most 63 bytes. */
  readonly channel: string
  /** At most 7999 bytes. */
  readonly payload: string
}

/** A channel that is being listened to. */
export interface Listening {
  /** Resolves when the channel is heard for the first time; never rejects, and never resolves while nothing answers. */
  readonly active: Promise<void>
  stop(): void
}

/**
 * Words between the processes that work on one database: somebody's look at a table can wait for one instead of for time to
 * pass. They may be lost, doubled or made up by others: each only says that it is worth looking again, and everybody looks
 * from time to time without one.
 */
export interface Signals {
  /** Whether other processes hear: not where the database cannot pass words on, as the embedded one. */
  readonly reachesOtherProcesses: boolean
  /**
   * Listens to a channel until stopped.
   *
   * @param onGap called when words may have been missed, because the connection was lost and is there again
   */
  listen(channel: string, listener: (payload: string) => void, onGap?: () => void): Listening
  /** Sends words as soon as possible, several in one go; what cannot be sent is dropped. Never throws. */
  send(signal: Signal): void
}
