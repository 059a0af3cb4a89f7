import type { Listening } from '../contracts/signals.js'
import type { Command } from '../contracts/task-request.js'
import type { Mailbox } from './mailbox.js'

/** How long the first command of a process waits for its mailbox to open, in milliseconds; without it, it looks more often. */
const openTimeoutMs = 1_000

/** An answer that somebody waits for. */
export interface AwaitedAnswer {
  /** Whether it is sure to be told: otherwise it has to be looked for often. */
  readonly isAnnounced: boolean
  /** Resolves when the answer is there, or after a time, in milliseconds. */
  orAfter(timeoutMs: number): Promise<void>
  stop(): void
}

/** Brings the answers to commands to whoever waits for them: here, or in another process. */
export class CommandAnswers {
  readonly #mailbox: Mailbox
  readonly #awaited = new Map<string, () => void>()

  constructor(mailbox: Mailbox) {
    this.#mailbox = mailbox
    mailbox.on('answer', ({ commandId }) => this.#awaited.get(commandId)?.())
    mailbox.onGap(() => {
      for (const tell of [...this.#awaited.values()]) tell()
    })
  }

  /** What commands from here say of where their answers go. */
  get address(): string {
    return this.#mailbox.id
  }

  /**
   * Begins to wait for the answer to a command that is not sent yet.
   *
   * @param isLocal its task is owned here, so that no other process has to be heard
   */
  async expect(commandId: string, isLocal: boolean): Promise<AwaitedAnswer> {
    let told = Promise.withResolvers<void>()
    this.#awaited.set(commandId, () => told.resolve())
    const listening = isLocal || !this.#mailbox.reachesOthers ? undefined : this.#mailbox.open()
    const isAnnounced = isLocal || (listening !== undefined && (await isActive(listening)))
    return {
      isAnnounced,
      orAfter: async (timeoutMs) => {
        const timer = setTimeout(told.resolve, timeoutMs)
        await told.promise
        clearTimeout(timer)
        told = Promise.withResolvers()
      },
      stop: () => {
        this.#awaited.delete(commandId)
        listening?.stop()
      },
    }
  }

  /** Tells that the commit has returned that answers a command. */
  tell({ id, replyTo }: Command): void {
    const tellHere = this.#awaited.get(id)
    if (tellHere) tellHere()
    else if (replyTo && replyTo !== this.#mailbox.id) this.#mailbox.send(replyTo, { kind: 'answer', commandId: id })
  }
}

async function isActive({ active }: Listening): Promise<boolean> {
  const late = Promise.withResolvers<boolean>()
  const timer = setTimeout(late.resolve, openTimeoutMs, false)
  try {
    return await Promise.race([active.then(() => true), late.promise])
  } finally {
    clearTimeout(timer)
  }
}
