import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { errorResponse, MessageSplitter, readyForQuery, type WireMessage } from './wire-messages.js'

/** Which way traffic goes. */
export type Direction = 'toServer' | 'toClient'

/** `close`: the peers see an orderly end; `reset`: they see ECONNRESET, as after a crash of the other machine. */
export type CutManner = 'close' | 'reset'

/** What is done once to the connection on which a message passes. */
export interface MessageRule {
  readonly direction: Direction
  /** Whether this is the message; called for each one until it says so as often as `times`. */
  readonly matches: (message: WireMessage) => boolean
  /** Only where the client sent such a message before, on the same connection: the answer to a certain statement, say. */
  readonly after?: (message: WireMessage) => boolean
  /**
   * `cut` ends the connection, `stall` lets nothing more through on it, either way. An error is given to the client in place of the
   * server's answer; the server never sees the statement. For messages of a client that bring one: see {@link isStatement}.
   */
  readonly action: 'cut' | 'stall' | InjectedError
  /** Whether the message itself still goes through. Default false. */
  readonly isForwarded?: boolean
  /** Default `close`. */
  readonly manner?: CutManner
  /** For how many messages. Default 1. */
  readonly times?: number
}

/** What a server reports that cannot do something. */
export interface InjectedError {
  readonly sqlState: string
  readonly message?: string
}

/** The server behind the proxy: a TCP port, or the folder of a unix socket as `host`. */
export interface ProxyTarget {
  readonly host: string
  readonly port: number
}

/**
 * Stands in front of a PostgreSQL server and does to its connections what networks and restarts do. It listens on a port of
 * 127.0.0.1; traffic must not be encrypted. Everything can be called at any time and holds for connections that exist and for new
 * ones, except where it says otherwise.
 *
 * ```ts
 * const proxy = await FaultProxy.inFrontOf('postgres://postgres@127.0.0.1:5432/test')
 * const tasker = await createTasker({ database: { url: proxy.url } })
 * proxy.cut()                        // all connections end now; new ones are accepted
 * await proxy.refuse()               // and new ones are refused: ECONNREFUSED
 * await proxy.accept()               // as before
 * proxy.stall('toClient')            // requests arrive, answers do not; 'toServer', or both without an argument
 * proxy.flow()                       // what was held back goes through now
 * proxy.delay(20)                    // each piece of traffic takes 20 ms longer, each way
 * proxy.cutAfter(1000, 'toServer')   // ends the connection that lets this byte through, counted from now over all of them
 * // Ends the connection on which a COMMIT is answered, instead of the answer: committed, and nobody knows.
 * const cut = proxy.when({ direction: 'toClient', matches: isAnswerTo('COMMIT'), action: 'cut' })
 * await cut                          // resolves when it has happened
 * // Has the server out of disk for the next three statements of some kind; it does not see them.
 * proxy.when({ direction: 'toServer', matches: isStatement(/commit_/), action: { sqlState: '53100' }, times: 3 })
 * // The same for a statement of its own: it is carried out, and its caller does not learn of it.
 * proxy.when({ direction: 'toClient', after: isStatement(/commit_/), matches: isAnswerTo('SELECT'), action: 'cut' })
 * await proxy.stop()
 * ```
 */
export class FaultProxy {
  readonly #target: ProxyTarget
  readonly #originalUrl: URL | undefined
  readonly #links = new Set<Link>()
  readonly #stalled = new Set<Direction>()
  readonly #rules: ActiveRule[] = []
  #server: Server | undefined
  #port = 0
  #delayMs = 0
  #bytes: { left: number; readonly direction: Direction; readonly manner: CutManner } | undefined
  #accepted = 0

  private constructor(target: ProxyTarget, originalUrl: URL | undefined) {
    this.#target = target
    this.#originalUrl = originalUrl
  }

  /** @param target the URL of the server, or where it listens */
  static async inFrontOf(target: string | ProxyTarget): Promise<FaultProxy> {
    const url = typeof target === 'string' ? new URL(target) : undefined
    const address = url ? { host: url.hostname, port: Number(url.port || 5432) } : (target as ProxyTarget)
    const proxy = new FaultProxy(address, url)
    await proxy.accept()
    return proxy
  }

  /** The given URL with the proxy in place of the server. */
  get url(): string {
    const url = new URL(this.#originalUrl ?? 'postgres://postgres@127.0.0.1/postgres')
    url.hostname = '127.0.0.1'
    url.port = String(this.#port)
    return url.href
  }

  get port(): number {
    return this.#port
  }

  /** How many connections are open now. */
  get openConnections(): number {
    return this.#links.size
  }

  /** How many connections have been made since the start. */
  get acceptedConnections(): number {
    return this.#accepted
  }

  /** Ends all connections. */
  cut(manner: CutManner = 'close'): void {
    for (const link of [...this.#links]) link.cut(manner)
  }

  /** Refuses new connections from now on; those that exist go on. */
  async refuse(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    // Its callback would wait for the connections; the port is free at once.
    server?.close()
    await new Promise(setImmediate)
  }

  /** Takes new connections again, on the same port. */
  async accept(): Promise<void> {
    if (this.#server) return
    this.#server = createServer({ allowHalfOpen: false }, (client) => this.#connect(client))
    this.#server.listen(this.#port, '127.0.0.1')
    await once(this.#server, 'listening')
    this.#port = (this.#server.address() as AddressInfo).port
  }

  /** Holds back all traffic in a direction, or in both, the end of a connection included; nobody is told. */
  stall(direction?: Direction): void {
    for (const each of direction ? [direction] : (['toServer', 'toClient'] as const)) this.#stalled.add(each)
  }

  /** Ends every stall, those by rules included: what was held back goes through. */
  flow(): void {
    this.#stalled.clear()
    for (const link of this.#links) link.resume()
  }

  /** Lets each piece of traffic arrive later, in order. 0 ends it. */
  delay(ms: number): void {
    this.#delayMs = ms
  }

  /** Ends the connection on which this byte passes, counted from now over all connections; the bytes before it go through. */
  cutAfter(bytes: number, direction: Direction, manner: CutManner = 'close'): void {
    this.#bytes = { left: bytes, direction, manner }
  }

  /** Does something to the connection on which a message passes; resolves when it was done for the last time. */
  when(rule: MessageRule): Promise<void> {
    const done = Promise.withResolvers<void>()
    this.#rules.push({ ...rule, left: rule.times ?? 1, armed: new WeakSet(), done: done.resolve })
    return done.promise
  }

  /** Forgets all rules, delays and stalls. */
  async heal(): Promise<void> {
    this.#rules.length = 0
    this.#bytes = undefined
    this.#delayMs = 0
    this.flow()
    await this.accept()
  }

  async stop(): Promise<void> {
    await this.refuse()
    this.cut()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  #connect(client: Socket): void {
    this.#accepted += 1
    const { host, port } = this.#target
    const server = host.startsWith('/') ? connect(join(host, `.s.PGSQL.${port}`)) : connect(port, host)
    const link: Link = new Link(client, server, {
      isStalled: (direction) => this.#stalled.has(direction),
      delayMs: () => this.#delayMs,
      inspect: (direction, message) => this.#inspect(link, direction, message),
      allowance: (direction, length) => this.#allow(direction, length),
      closed: () => this.#links.delete(link),
    })
    this.#links.add(link)
  }

  #inspect(link: Link, direction: Direction, message: WireMessage): MessageRule | undefined {
    const rules = this.#rules.filter(({ left }) => left > 0)
    const isMet = ({ after, armed }: ActiveRule): boolean => after === undefined || armed.has(link)
    const rule = rules.find((each) => each.direction === direction && isMet(each) && each.matches(message))
    if (direction === 'toServer') for (const each of rules) if (each.after?.(message)) each.armed.add(link)
    if (!rule) return undefined
    rule.armed.delete(link)
    rule.left -= 1
    if (rule.left === 0) rule.done()
    return rule
  }

  #allow(direction: Direction, length: number): { readonly bytes: number; readonly manner: CutManner } | undefined {
    const budget = this.#bytes
    if (budget?.direction !== direction) return undefined
    if (length <= budget.left) {
      budget.left -= length
      return undefined
    }
    this.#bytes = undefined
    return { bytes: budget.left, manner: budget.manner }
  }
}

/** Whether a message of the server says that a command was carried out: `COMMIT`, `SELECT 1`, `INSERT 0 1`. */
export function isAnswerTo(tag: string): (message: WireMessage) => boolean {
  return ({ type, text }) => type === 'C' && text.toUpperCase().startsWith(tag.toUpperCase())
}

/** Whether a message of a client begins a statement whose text holds this: as one text, to be prepared, or prepared before. */
export function isStatement(part: string | RegExp): (message: WireMessage) => boolean {
  return ({ statement }) =>
    statement !== undefined && (typeof part === 'string' ? statement.includes(part) : part.test(statement))
}

type ActiveRule = MessageRule & { left: number; readonly armed: WeakSet<Link>; readonly done: () => void }

interface LinkPolicy {
  isStalled(direction: Direction): boolean
  delayMs(): number
  inspect(direction: Direction, message: WireMessage): MessageRule | undefined
  /** Where to cut, if within the next `length` bytes. */
  allowance(direction: Direction, length: number): { readonly bytes: number; readonly manner: CutManner } | undefined
  closed(): void
}

/** One connection through the proxy: a client's socket and the server's. */
class Link {
  readonly #client: Socket
  readonly #server: Socket
  readonly #policy: LinkPolicy
  readonly #held: Record<Direction, Buffer[]> = { toServer: [], toClient: [] }
  /** In order, whatever timer fires first. */
  readonly #delayed: Record<Direction, Buffer[]> = { toServer: [], toClient: [] }
  #isStalled = false
  #isCut = false
  /** Until the client has sent the rest of the statement, its messages go nowhere; then it is told this. */
  #refusal: InjectedError | undefined
  /** As the server said last: `I` idle, `T` in a transaction, `E` in a failed one. */
  #transaction = 'I'
  /** One peer has gone, and the other must not hear of it before the stall ends. */
  #hasPeerLeft = false

  constructor(client: Socket, server: Socket, policy: LinkPolicy) {
    this.#client = client
    this.#server = server
    this.#policy = policy
    this.#watch(client, new MessageSplitter('client'), 'toServer')
    this.#watch(server, new MessageSplitter('server'), 'toClient')
  }

  cut(manner: CutManner): void {
    if (this.#isCut) return
    this.#isCut = true
    this.#policy.closed()
    for (const socket of [this.#client, this.#server]) {
      // What was let through still arrives, unless the connection is reset. A unix socket knows no reset.
      if (manner === 'close' || socket.remoteFamily === undefined) socket.destroySoon()
      else socket.resetAndDestroy()
    }
  }

  resume(): void {
    this.#isStalled = false
    for (const direction of ['toServer', 'toClient'] as const) {
      for (const bytes of this.#held[direction].splice(0)) this.#send(direction, bytes)
    }
    if (this.#hasPeerLeft) this.cut('close')
  }

  #watch(source: Socket, splitter: MessageSplitter, direction: Direction): void {
    source.setNoDelay(true)
    source.on('error', () => this.#leave(direction))
    source.on('close', () => this.#leave(direction))
    source.on('data', (piece: Buffer) => {
      for (const { message, bytes } of splitter.push(piece)) if (!this.#isCut) this.#pass(direction, message, bytes)
    })
  }

  #leave(direction: Direction): void {
    if (this.#isStalled || this.#policy.isStalled(direction)) this.#hasPeerLeft = true
    else this.cut('close')
  }

  #pass(direction: Direction, message: WireMessage, bytes: Buffer): void {
    if (direction === 'toClient' && message.type === 'Z') this.#transaction = message.text
    if (direction === 'toServer' && this.#refusal) {
      if (message.type === 'S') this.#refuse(this.#refusal)
      return
    }
    const rule = this.#policy.inspect(direction, message)
    if (typeof rule?.action === 'object') {
      // A statement with values takes several messages, and is answered when the last has come.
      if (message.type === 'Q') this.#refuse(rule.action)
      else this.#refusal = rule.action
      return
    }
    if (!rule || rule.isForwarded) this.#forward(direction, bytes)
    if (rule?.action === 'cut') this.cut(rule.manner ?? 'close')
    if (rule?.action !== 'stall') return
    this.#isStalled = true
    if (!rule.isForwarded) this.#forward(direction, bytes)
  }

  #refuse({ sqlState, message = 'broken on purpose' }: InjectedError): void {
    this.#refusal = undefined
    this.#forward('toClient', errorResponse(sqlState, message))
    this.#forward('toClient', readyForQuery(this.#transaction === 'I' ? 'I' : 'E'))
  }

  #forward(direction: Direction, bytes: Buffer): void {
    if (this.#isStalled || this.#policy.isStalled(direction)) this.#held[direction].push(bytes)
    else this.#send(direction, bytes)
  }

  #send(direction: Direction, bytes: Buffer): void {
    const queue = this.#delayed[direction]
    const delayMs = this.#policy.delayMs()
    if (delayMs === 0 && queue.length === 0) {
      this.#write(direction, bytes)
      return
    }
    queue.push(bytes)
    setTimeout(() => this.#write(direction, queue.shift()!), delayMs)
  }

  #write(direction: Direction, bytes: Buffer): void {
    if (this.#isCut) return
    const target = direction === 'toServer' ? this.#server : this.#client
    const limit = this.#policy.allowance(direction, bytes.length)
    target.write(limit ? bytes.subarray(0, limit.bytes) : bytes)
    if (limit) this.cut(limit.manner)
  }
}
