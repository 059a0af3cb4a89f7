import type { Client } from 'pg'

/** How often an idle connection is asked whether it is still there, in milliseconds: one that was cut silently tells nothing. */
const pingIntervalMs = 20_000
/** How long it may take to answer. */
const answerTimeoutMs = 5_000

/** One connection that listens, from its opening to its end, whatever ends it. */
export class ListeningClient {
  readonly #client: Client
  readonly #ended = Promise.withResolvers<void>()
  #wanted: readonly string[] = []
  #heard: ReadonlySet<string> = new Set()
  /** What it is asking the server: one thing at a time. */
  #asking: Promise<void> | undefined
  #ping: NodeJS.Timeout | undefined
  #isOver = false

  constructor(client: Client, onSignal: (channel: string, payload: string) => void) {
    this.#client = client
    client.on('notification', ({ channel, payload }) => onSignal(channel, payload ?? ''))
    client.on('error', () => this.end())
    client.on('end', () => this.end())
  }

  /** Resolves when the connection has ended. */
  get ended(): Promise<void> {
    return this.#ended.promise
  }

  /** Connects. Rejects if it cannot; then it has ended. */
  async open(): Promise<void> {
    try {
      await this.#client.connect()
    } catch (error) {
      this.end()
      throw error
    }
    this.#ping = setInterval(() => void this.#ask(() => this.#run('select 1')).catch(() => {}), pingIntervalMs)
  }

  /** Listens to these channels and no others. Rejects if that cannot be done; then the connection has ended. */
  async listenTo(channels: readonly string[]): Promise<void> {
    this.#wanted = channels
    await this.#asking
    await this.#ask(() => this.#listen())
  }

  /** Ends it without waiting for an answer, which may never come. */
  end(): void {
    if (this.#isOver) return
    this.#isOver = true
    clearInterval(this.#ping)
    this.#client.removeAllListeners('notification')
    this.#client.end().catch(() => undefined)
    // Saying goodbye takes as long as the network likes; a connection that only listens has nothing to lose.
    this.#client.connection?.stream?.destroy()
    this.#ended.resolve()
  }

  #ask(question: () => Promise<void>): Promise<void> {
    this.#asking ??= question()
      .catch((error) => {
        this.end()
        throw error
      })
      .finally(() => {
        this.#asking = undefined
      })
    return this.#asking
  }

  async #listen(): Promise<void> {
    while (true) {
      const wanted = new Set(this.#wanted)
      const added = [...wanted].filter((channel) => !this.#heard.has(channel))
      const dropped = [...this.#heard].filter((channel) => !wanted.has(channel))
      if (added.length + dropped.length === 0) return
      const statements = [
        ...added.map((channel) => `listen ${quote(channel)}`),
        ...dropped.map((channel) => `unlisten ${quote(channel)}`),
      ]
      await this.#run(statements.join('; '))
      this.#heard = wanted
    }
  }

  /** A question that gets no answer in time ends the connection, and with it rejects. */
  async #run(sql: string): Promise<void> {
    const timer = setTimeout(() => this.end(), answerTimeoutMs)
    try {
      await this.#client.query(sql)
    } finally {
      clearTimeout(timer)
    }
  }
}

function quote(channel: string): string {
  return `"${channel.replaceAll('"', '""')}"`
}
