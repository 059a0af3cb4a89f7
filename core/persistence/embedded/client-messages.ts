/** Messages that a client of the PostgreSQL protocol 3.0 may send, and what the one backend of PGlite can bear of them. */

const QUERY = code('Q')
const EXECUTE = code('E')
const OPENS_BATCH = new Set(['P', 'B', 'D', 'E', 'C'].map(code))
const READY = [code('Z'), 0, 0, 0, 5]
const READY_BYTES = 6
const KNOWN = new Set(['Q', 'P', 'B', 'D', 'E', 'C', 'H', 'S', 'X', 'd', 'c', 'f'].map(code))

/** Ends a batch of the extended protocol. */
export const SYNC: Uint8Array = message('S', '')
/** Ends a transaction. */
export const ROLLBACK: Uint8Array = message('Q', 'ROLLBACK\0')

/**
 * Sent to the backend in place of the start-up packet of every client: a malformed one ends the backend, and one that
 * asks for replication changes what it accepts from everybody. PGlite applies none of the parameters in it anyway.
 */
const STARTUP = startup('user\0postgres\0database\0postgres\0\0')

/**
 * Follows everything that may turn out to be COPY FROM STDIN, whose data comes in later messages, which PGlite cannot wait
 * for: it would end the backend. With this it is an error of that statement alone; a backend that reads no data
 * ignores the message (PostgreSQL does so by design, for clients that go on sending after an error).
 */
const COPY_FAIL = message('f', 'the embedded database has no COPY FROM STDIN: use INSERT\0')

/**
 * What to give to the backend for a message of a client; undefined if it must not see it, because messages of unknown
 * types make it spin for ever.
 */
export function admitMessage(message: Uint8Array): Uint8Array | undefined {
  const type = message[0]
  if (type === 0) return STARTUP
  if (type === undefined || !KNOWN.has(type) || message.length < 5) return undefined
  return type === QUERY || type === EXECUTE ? Buffer.concat([message, COPY_FAIL]) : message
}

/** Whether a message may begin a batch, whose implicit transaction lasts until Sync. */
export function mayOpenBatch(message: Uint8Array): boolean {
  return OPENS_BATCH.has(message[0] ?? 0)
}

/** Watches output of the backend, which comes in pieces of any size, for ReadyForQuery at its end. */
export class ReadyWatch {
  #tail: Uint8Array = new Uint8Array(0)

  observe(output: Uint8Array): void {
    const joined = output.length >= READY_BYTES ? output : Buffer.concat([this.#tail, output])
    this.#tail = joined.slice(-READY_BYTES)
  }

  /** Whether the last six bytes were `Z`, the length 5, and the state of the transaction. */
  get isReady(): boolean {
    return this.#tail.length === READY_BYTES && READY.every((byte, index) => this.#tail[index] === byte)
  }
}

/** An error response that ends a connection. */
export function refusal(reason: string): Uint8Array {
  return message('E', `SFATAL\0VFATAL\0C08P01\0M${reason}\0\0`)
}

function message(type: string, body: string): Uint8Array {
  const bytes = Buffer.alloc(5 + Buffer.byteLength(body))
  bytes.write(type, 0, 'latin1')
  bytes.writeInt32BE(bytes.length - 1, 1)
  bytes.write(body, 5)
  return bytes
}

function startup(parameters: string): Uint8Array {
  const bytes = Buffer.alloc(8 + Buffer.byteLength(parameters))
  bytes.writeInt32BE(bytes.length, 0)
  bytes.writeInt32BE(196608, 4)
  bytes.write(parameters, 8)
  return bytes
}

function code(character: string): number {
  return character.charCodeAt(0)
}
