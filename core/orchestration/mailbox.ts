import { type Letter, mailboxOf } from '../contracts/mailbox.js'
import type { Listening, Signals } from '../contracts/signals.js'

type Kind = Letter['kind']
type LetterOf<K extends Kind> = Extract<Letter, { readonly kind: K }>

/** Letters to this kernel from others. Open only while somebody needs it: an open one keeps a connection. */
export class Mailbox {
  readonly id: string
  readonly #signals: Signals
  readonly #handlers = new Map<Kind, (letter: never) => void>()
  readonly #gapHandlers: (() => void)[] = []
  #listening: Listening | undefined
  #users = 0

  /** @param id the worker id of this kernel */
  constructor(signals: Signals, id: string) {
    this.#signals = signals
    this.id = id
  }

  /** Whether kernels in other processes can be reached. */
  get reachesOthers(): boolean {
    return this.#signals.reachesOtherProcesses
  }

  /** Says what is done with letters of a kind; one handler each. */
  on<K extends Kind>(kind: K, handler: (letter: LetterOf<K>) => void): void {
    this.#handlers.set(kind, handler)
  }

  /** Says what is done when letters may have been missed. */
  onGap(handler: () => void): void {
    this.#gapHandlers.push(handler)
  }

  /** Opens it, or keeps it open, until stopped as often as it was opened. */
  open(): Listening {
    this.#users += 1
    this.#listening ??= this.#signals.listen(
      mailboxOf(this.id),
      (payload) => this.#receive(payload),
      () => {
        for (const handler of this.#gapHandlers) handler()
      },
    )
    let isOpen = true
    const stop = (): void => {
      if (isOpen) this.#leave()
      isOpen = false
    }
    return { active: this.#listening.active, stop }
  }

  /** Sends a letter; it may be lost. */
  send(to: string, letter: Letter): void {
    this.#signals.send({ channel: mailboxOf(to), payload: JSON.stringify(letter) })
  }

  #leave(): void {
    this.#users -= 1
    if (this.#users > 0) return
    this.#listening?.stop()
    this.#listening = undefined
  }

  /** Anybody who may connect to the database can write letters: what is none is passed over. */
  #receive(payload: string): void {
    const letter = parse(payload)
    if (letter !== undefined) this.#handlers.get(letter.kind)?.(letter as never)
  }
}

const fields: Readonly<Record<Kind, readonly string[]>> = {
  command: [],
  answer: ['commandId'],
  watch: ['taskId', 'replyTo'],
  look: ['taskId'],
  limit: ['system'],
  key: ['namespace', 'name', 'key'],
}

function parse(payload: string): Letter | undefined {
  try {
    const value = JSON.parse(payload) as Readonly<Record<string, unknown>>
    const expected = fields[value.kind as Kind]
    return expected?.every((field) => typeof value[field] === 'string') ? (value as unknown as Letter) : undefined
  } catch {
    return undefined
  }
}
