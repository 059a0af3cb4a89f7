/**
 * The thread that says that the workers of this process are alive, whatever its main thread computes. Started by
 * heartbeat-thread.ts.
 */
import { parentPort, workerData } from 'node:worker_threads'
import {
  type HeartbeatReport,
  type HeartbeatRequest,
  type HeartbeatThreadData,
  type PulseOrder,
  processTimeMs,
} from './heartbeat-messages.js'
import { PulseConnection } from './pulse-connection.js'

/** How soon a beat that failed is tried again, in milliseconds. */
const retryMs = 250

const main = parentPort!
const signsOfLife = new Int32Array((workerData as HeartbeatThreadData).signsOfLife)
const connections = new Map<string, PulseConnection>()
const pulses = new Map<number, { timer?: NodeJS.Timeout; beating: Promise<void> }>()
let lastSign = Atomics.load(signsOfLife, 0)
let lastSignAt = processTimeMs()

main.on('message', (request: HeartbeatRequest) => {
  if (request.kind === 'begin') begin(request.order)
  else void end(request.pulse)
})

function begin(order: PulseOrder): void {
  pulses.set(order.pulse, { beating: Promise.resolve() })
  next(order, 0)
}

async function end(pulse: number): Promise<void> {
  const known = pulses.get(pulse)
  pulses.delete(pulse)
  clearTimeout(known?.timer)
  await known?.beating
  if (pulses.size === 0) for (const connection of connections.values()) await connection.end()
  report({ kind: 'ended', pulse })
}

function next(order: PulseOrder, delayMs: number): void {
  const known = pulses.get(order.pulse)
  if (!known) return
  known.timer = setTimeout(() => {
    known.beating = beat(order)
  }, delayMs)
}

async function beat(order: PulseOrder): Promise<void> {
  const { pulse, connection, sql, values, intervalMs, deafAfterMs } = order
  const sentAt = processTimeMs()
  if (silenceMs() > deafAfterMs) return next(order, Math.min(retryMs, intervalMs))
  try {
    const rows = await connectionOf(connection).query(sql, values)
    report(rows === 0 ? { kind: 'unregistered', pulse } : { kind: 'beat', pulse, sentAt })
    next(order, Math.max(0, sentAt + intervalMs - processTimeMs()))
  } catch (error) {
    report({ kind: 'failed', pulse, error: error instanceof Error ? error : new Error(String(error)) })
    next(order, Math.min(retryMs, intervalMs))
  }
}

/** How long the main thread has shown no sign of life. */
function silenceMs(): number {
  const sign = Atomics.load(signsOfLife, 0)
  if (sign !== lastSign) {
    lastSign = sign
    lastSignAt = processTimeMs()
  }
  return processTimeMs() - lastSignAt
}

/** Workers of one database share a connection. */
function connectionOf(config: PulseOrder['connection']): PulseConnection {
  const key = JSON.stringify(config)
  const connection = connections.get(key) ?? new PulseConnection(config)
  connections.set(key, connection)
  return connection
}

function report(message: HeartbeatReport): void {
  main.postMessage(message)
}
