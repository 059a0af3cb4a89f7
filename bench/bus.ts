/**
 * What the event bus costs, side by side with the bare emitter it stands on. Prints a table; nothing is asserted.
 *
 *   node dist/bench/bus.js
 */
import { EventEmitter as NodeEmitter } from 'node:events'
import Emittery from 'emittery'
import { EventEmitter } from 'eventemitter3'
import { createHooks } from 'hookable'
import { EventBus, type EventEnvelope } from '../core/index.js'

const LISTENERS = 10
const ROUNDS = 9
const MIN_ROUND_MS = 100

const payload = {
  namespace: 'bench',
  taskName: 'order',
  version: '1.0.0',
  stepCount: 4,
  completedSteps: 4,
  skippedSteps: 0,
  durationMs: 12,
}

let heard = 0

/** Ten different functions, as in life: one function ten times would be inlined. */
function listeners(): ((event: EventEnvelope) => void)[] {
  return Array.from({ length: LISTENERS }, (_, index) => {
    // Made from text so that each is a function of its own to the optimiser.
    const body = `return (event) => { if (event.payload !== undefined) count(${index + 1}) }`
    return new Function('count', body)((by: number) => {
      heard += by
    })
  })
}

interface Contender {
  readonly what: string
  /** A promise is awaited before the next call, as its users have to. */
  readonly run: () => unknown
}

/** Median nanoseconds of each contender; they take turns, so that a busy machine slows all of them. */
async function measure(contenders: readonly Contender[]): Promise<Map<string, number>> {
  const samples = new Map<string, number[]>(contenders.map(({ what }) => [what, []]))
  const times = new Map<string, number>()
  for (const { what, run } of contenders) times.set(what, await timesPerRound(run))
  for (let round = 0; round < ROUNDS; round++) {
    for (const { what, run } of contenders) samples.get(what)!.push(await nanoseconds(run, times.get(what)!))
  }
  return new Map([...samples].map(([what, list]) => [what, list.sort((a, b) => a - b)[ROUNDS >> 1]!]))
}

async function timesPerRound(run: () => unknown): Promise<number> {
  let times = 1000
  while ((await nanoseconds(run, times)) * times < MIN_ROUND_MS * 1e6) times *= 2
  return times
}

async function nanoseconds(run: () => unknown, times: number): Promise<number> {
  const isAsync = run() instanceof Promise
  const start = process.hrtime.bigint()
  if (isAsync) for (let i = 0; i < times; i++) await run()
  else for (let i = 0; i < times; i++) run()
  return Number(process.hrtime.bigint() - start) / times
}

function openBus(): EventBus {
  const bus = new EventBus({ validatePayloads: false })
  bus.open()
  return bus
}

const [bare, node, bus, silent, wild, checked] = [
  new EventEmitter(),
  new NodeEmitter(),
  openBus(),
  openBus(),
  openBus(),
  new EventBus({ validatePayloads: true }),
]
checked.open()
for (const listener of listeners()) bare.on('task.completed', listener)
for (const listener of listeners()) node.on('task.completed', listener)
for (const listener of listeners()) bus.on('task.completed', listener)
for (const listener of listeners()) checked.on('task.completed', listener)
for (const [index, listener] of listeners().entries()) wild.on(index % 2 === 0 ? '*' : 'task.*', listener)

const event = bus.factory.lifecycle('task.completed', payload)
const context = { correlationId: event.correlationId }

const hooks = createHooks()
const emittery = new Emittery()
for (const listener of listeners()) hooks.hook('task.completed', listener as () => void)
for (const listener of listeners()) emittery.on('task.completed', listener as never)

const results = await measure([
  { what: 'eventemitter3, dispatch', run: () => void bare.emit('task.completed', event) },
  { what: 'node:events, dispatch', run: () => void node.emit('task.completed', event) },
  { what: 'bus.emit, dispatch', run: () => bus.emit(event) },
  { what: 'bus.emit, ten wildcards', run: () => wild.emit(event) },
  { what: 'hookable, an event that exists', run: () => hooks.callHook('task.completed', event) },
  { what: 'emittery, an event that exists', run: () => emittery.emit('task.completed', event) },
  { what: 'bus.publishLifecycle', run: () => void bus.publishLifecycle('task.completed', payload) },
  {
    what: 'bus.publishLifecycle, correlated',
    run: () => void bus.publishLifecycle('task.completed', payload, context),
  },
  { what: 'bus.publishLifecycle, validated', run: () => void checked.publishLifecycle('task.completed', payload) },
  { what: 'bus.publishLifecycle, nobody listens', run: () => void silent.publishLifecycle('task.completed', payload) },
  { what: 'bus.hasListeners, nobody listens', run: () => void silent.hasListeners('task.completed') },
])

const base = results.get('eventemitter3, dispatch')!
console.log(`${LISTENERS} listeners, Node ${process.version}, median of ${ROUNDS} rounds\n`)
console.log('what                                          ns/event   events/s   against eventemitter3')
for (const [what, ns] of results) {
  const columns = [
    what.padEnd(42),
    ns.toFixed(1).padStart(11),
    Math.round(1e9 / ns)
      .toLocaleString('en')
      .padStart(12),
  ]
  console.log(columns.join(''), `${(ns / base).toFixed(2)}×`.padStart(20))
}
if (heard === 0) throw new Error('nobody heard anything')
