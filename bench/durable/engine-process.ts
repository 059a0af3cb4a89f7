import type { Engine, OpenEngine } from './engine.js'
import type { EngineAnswer, EngineProgress, EngineRequest } from './engine-messages.js'

/** How long ends of tasks are gathered before they are told: a message for each would cost the engine more than the task. */
const progressDelayMs = 5

let engine: OpenEngine | undefined
let stepsRan = 0
let tasksEnded = 0
let lastEndAt = 0
let isProgressDue = false
let cpu = process.cpuUsage()

const watch = {
  stepRan: () => {
    stepsRan++
  },
  taskEnded: () => {
    tasksEnded++
    lastEndAt = performance.timeOrigin + performance.now()
    if (isProgressDue) return
    isProgressDue = true
    setTimeout(tellProgress, progressDelayMs)
  },
}

function tellProgress(): void {
  isProgressDue = false
  const progress: EngineProgress = { kind: 'progress', tasksEnded, at: lastEndAt }
  process.send?.(progress)
}

async function answer(request: EngineRequest): Promise<readonly number[]> {
  switch (request.ask) {
    case 'open': {
      const loaded = (await import(request.module)) as { readonly engine: Engine }
      engine = await loaded.engine.open(request.settings, watch)
      break
    }
    case 'reset':
      stepsRan = 0
      tasksEnded = 0
      cpu = process.cpuUsage()
      break
    case 'create':
      await engine!.createMany(request.tasks)
      break
    case 'one':
      return runOneByOne(request.times)
    case 'close':
      await closeEngine()
      break
    case 'usage':
  }
  return []
}

async function closeEngine(): Promise<void> {
  const open = engine
  engine = undefined
  await open?.close()
}

async function runOneByOne(times: number): Promise<readonly number[]> {
  const latencies: number[] = []
  for (let time = 0; time < times; time++) {
    const startedAt = performance.now()
    await engine!.runOne()
    latencies.push(performance.now() - startedAt)
  }
  return latencies
}

async function serve(request: EngineRequest): Promise<void> {
  let latenciesMs: readonly number[] = []
  let failure: { readonly error: string } | undefined
  try {
    latenciesMs = await answer(request)
  } catch (error) {
    failure = { error: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
  const { user, system } = process.cpuUsage(cpu)
  const peakRssMb = process.resourceUsage().maxRSS / 1024
  const done: EngineAnswer = {
    ...{ kind: 'answer', ...failure, cpuMs: (user + system) / 1000, peakRssMb, stepsRan, latenciesMs },
  }
  process.send!(done)
  // What an engine leaves open must not keep its process.
  if (request.ask === 'close') process.disconnect()
}

// A runner that was interrupted leaves nothing behind.
process.on('disconnect', () => void closeEngine())
process.on('message', (request: EngineRequest) => void serve(request))
