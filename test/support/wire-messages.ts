/** One message of the PostgreSQL protocol as it passes. */
export interface WireMessage {
  /** Its type byte; empty for what a client sends before the session (start-up, request for encryption). */
  readonly type: string
  /** What it holds, NULs included: `COMMIT\0` in the `C` (CommandComplete) that answers a COMMIT, the text in a `Q`. */
  readonly text: string
  /** Of a client: the text of the statement that this message begins, also where only its name passes because it was prepared before. */
  readonly statement?: string | undefined
}

/** A message with the bytes that carry it. */
export interface PassingMessage {
  readonly message: WireMessage
  readonly bytes: Buffer
}

/**
 * Cuts a stream of bytes into the messages of the PostgreSQL protocol, whatever pieces they come in. Not for encrypted
 * connections: their bytes are no messages.
 */
export class MessageSplitter {
  #rest: Buffer = Buffer.alloc(0)
  /** Whether the next message has no type byte: the first of a client. */
  #isUntyped: boolean
  readonly #statements: StatementReader | undefined

  constructor(from: 'client' | 'server') {
    this.#isUntyped = from === 'client'
    this.#statements = from === 'client' ? new StatementReader() : undefined
  }

  /** The messages that are complete by now. */
  *push(piece: Buffer): Generator<PassingMessage> {
    this.#rest = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece])
    while (true) {
      const lengthAt = this.#isUntyped ? 0 : 1
      if (this.#rest.length < lengthAt + 4) return
      const end = lengthAt + this.#rest.readInt32BE(lengthAt)
      if (this.#rest.length < end) return
      const bytes = this.#rest.subarray(0, end)
      this.#rest = this.#rest.subarray(end)
      const type = lengthAt === 0 ? '' : String.fromCharCode(bytes[0]!)
      this.#isUntyped = false
      const text = bytes.toString('utf8', lengthAt + 4)
      yield { message: { type, text, statement: this.#statements?.read(type, text) }, bytes }
    }
  }
}

/** Knows the statements that a client has prepared by their names. */
class StatementReader {
  readonly #prepared = new Map<string, string>()
  /** The statement whose text has passed since the last answer was asked for: what follows belongs to it. */
  #begun: string | undefined

  /** The text of the statement that a message begins. */
  read(type: string, text: string): string | undefined {
    if (type === 'Q') return text
    if (type === 'S') this.#begun = undefined
    if (type !== 'P' && type !== 'B') return undefined
    const [first = '', second = ''] = text.split('\0', 2)
    if (type === 'B') return second === this.#begun ? undefined : this.#prepared.get(second)
    this.#begun = first
    this.#prepared.set(first, second)
    return second
  }
}

/** What a server says that cannot do what it was asked. */
export function errorResponse(sqlState: string, message: string): Buffer {
  return serverMessage('E', `SERROR\0VERROR\0C${sqlState}\0M${message}\0\0`)
}

/** What a server says that waits for the next statement. @param transaction `I` idle, `T` in a transaction, `E` in a failed one */
export function readyForQuery(transaction: string): Buffer {
  return serverMessage('Z', transaction)
}

function serverMessage(type: string, body: string): Buffer {
  const bytes = Buffer.alloc(5 + Buffer.byteLength(body))
  bytes.write(type, 0, 'latin1')
  bytes.writeInt32BE(bytes.length - 1, 1)
  bytes.write(body, 5)
  return bytes
}
