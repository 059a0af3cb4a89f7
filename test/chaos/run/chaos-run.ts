import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { FaultProxy } from '../../support/fault-proxy.js'
import type { ChaosDatabase } from '../databases/chaos-database.js'
import { PatientConnection } from '../databases/patient-connection.js'
import type { DeliveredEvent, Evidence, Fault } from '../evidence/evidence.js'
import { LogFollower } from '../evidence/log-follower.js'
import { readEvidence } from '../evidence/read-evidence.js'
import { Fleet } from '../fleet/fleet.js'
import { WorkerHandle } from '../fleet/worker-handle.js'
import { Chance } from '../plan/chance.js'
import { type ChaosPlan, planOf } from '../plan/chaos-plan.js'
import { type PlanSize, planSizes } from '../plan/plan-size.js'
import type { Scenario, Stage } from '../scenarios/scenario.js'
import { sharedNow } from '../worker/call-record.js'
import type { WorkerSettings } from '../worker/worker-settings.js'
import { Cancellations } from './cancellations.js'
import { Creations } from './creations.js'
import type { RunChoice } from './run-choice.js'
import { Watch } from './watch.js'

const leaseMs = 2000
const execution: WorkerSettings['execution'] = {
  concurrentTasks: 8,
  leaseMs,
  heartbeatIntervalMs: 400,
  sweepIntervalMs: 1000,
  drainTimeoutMs: 2000,
  timeoutGraceMs: 200,
}
/** How long the first workers may take to start, all tasks to end after the last fault, and so on. */
const healthIntervalMs = 50
/** By which answers to that one order are known. */
const catchUpId = -1
const patience = { startMs: 60_000, endMs: 60_000, stopMs: 15_000, healthMs: 10_000, busyMs: 1_500 }

/** One run: workers, tasks, faults, and the wait until all has ended. `run` gives what is known afterwards. */
export class ChaosRun {
  readonly plan: ChaosPlan
  readonly #scenario: Scenario
  readonly #database: ChaosDatabase
  readonly #fleet: Fleet
  readonly #creations: Creations
  readonly #cancellations: Cancellations
  readonly #watch: Watch
  readonly #follower: LogFollower
  readonly #chance: Chance
  readonly #faults: Fault[] = []
  readonly #problems: string[] = []

  /** @param folder where the processes leave their lines and logs */
  constructor({ scenario, seed, size }: RunChoice, database: ChaosDatabase, folder: string) {
    this.#scenario = scenario
    this.#database = database
    this.#chance = new Chance(seed)
    this.plan = planFor(scenario, seed, planSizes[size])
    const restarts = this.#chance.for('restarts')
    this.#fleet = new Fleet(
      (name) => this.#startWorker(name, folder),
      () => restarts.between(0, 300),
      scenario.losesConnections ?? false,
    )
    const connect = () => new PatientConnection(() => database.connect())
    this.#creations = new Creations(this.plan, this.#fleet, database, connect(), scenario.losesConnections ?? false)
    this.#cancellations = new Cancellations(this.#creations)
    this.#watch = new Watch(connect(), () => this.#creations.areSettled)
    const pageSize = this.#chance.for('reader').pick([3, 20, 200])
    this.#follower = new LogFollower(connect(), pageSize)
  }

  /** What went wrong besides what the evidence shows. */
  get problems(): readonly string[] {
    return [
      ...this.#problems,
      ...this.#fleet.problems,
      ...this.#creations.problems,
      ...this.#cancellations.problems,
      ...this.#watch.problems,
    ]
  }

  async run(): Promise<Evidence> {
    this.#follower.start()
    this.#watch.start()
    await this.#fleet.launch(this.plan.workerCount)
    // Mostly all of them; else the first has all the load, and dies with it.
    const wanted = this.#chance.for('start').onceIn(4) ? 1 : this.plan.workerCount
    await this.#until('the workers to start', () => this.#fleet.ready.length >= wanted, patience.startMs)
    await this.#creations.prepare()
    const creations = this.#creations.begin()
    await this.#scenario.inject(this.#stage())
    await this.#until('all tasks to end', () => this.#watch.isOver, patience.endMs)
    if (!this.#watch.isOver) this.#problems.push(`unfinished:\n    ${this.#watch.unfinished}`)
    await this.#checkHealth()
    await this.#catchUp()
    await this.#fleet.stop(patience.stopMs)
    await this.#creations.stop()
    await creations
    return this.#gather()
  }

  /** Ends whatever a run that failed has left. */
  async dispose(): Promise<void> {
    await this.#fleet.dispose()
    await Promise.allSettled([this.#watch.stop(), this.#creations.stop()])
  }

  async #gather(): Promise<Evidence> {
    await this.#watch.stop()
    const connection = new PatientConnection(() => this.#database.connectAfterwards())
    const stored = await connection.try((database) => readEvidence(database, this.plan))
    if (stored === undefined) throw new Error('the database could not be read after the run')
    await this.#follower.stop()
    await connection.close()
    const workers = this.#fleet.all
    const hit = new Set(workers.filter(wasHit).map(({ workerId }) => workerId))
    const starved = new Set(workers.filter(wasStarved).map(({ workerId }) => workerId))
    const told = new Set(workers.filter(({ isTold }) => isTold).map(({ workerId }) => workerId))
    const { losses } = this.#scenario
    return {
      ...stored,
      deliveries: { ...stored.deliveries, told: toldBy(workers) },
      plan: this.plan,
      losesConnections: this.#scenario.losesConnections ?? false,
      faults: this.#faults,
      workers,
      seen: this.#follower.seen,
      created: this.#creations.confirmed,
      cancels: this.#cancellations.answers,
      mayHaveLost: (workerId) => losses === 'all' || (losses === 'hit' && hit.has(workerId)) || starved.has(workerId),
      mayHaveDrained: (workerId) => told.has(workerId),
    }
  }

  #stage(): Stage {
    const watch = this.#watch
    const creations = this.#creations
    const chance = this.#chance.for('faults')
    return {
      chance,
      fleet: this.#fleet,
      database: this.#database,
      leaseMs,
      get isOver() {
        return watch.isOver
      },
      taskCount: this.plan.tasks.length,
      get created() {
        return creations.confirmed
      },
      cancel: (key) => this.#cancellations.cancel(key),
      victim: () => this.#chooseVictim(chance),
      fault: (what, action, worker) => this.#fault(what, action, worker),
    }
  }

  async #chooseVictim(chance: Chance): Promise<WorkerHandle | undefined> {
    const isAnyGood = chance.onceIn(4)
    const choice = chance.between(0, 1_000_000)
    for (let waitedMs = 0; waitedMs < patience.busyMs && !this.#watch.isOver; waitedMs += 5) {
      const candidates = this.#fleet.ready.filter((worker) => isAnyGood || worker.isBusy)
      if (candidates.length > 0) return candidates[choice % candidates.length]
      await sleep(5)
    }
    return undefined
  }

  async #fault(what: string, action: () => Promise<void> | void, worker?: WorkerHandle): Promise<Fault> {
    const at = sharedNow()
    await action()
    const fault = { what, at, until: sharedNow(), ...(worker ? { worker } : {}) }
    this.#faults.push(fault)
    return fault
  }

  /** After all faults every worker that runs is well again, and says so. */
  async #checkHealth(): Promise<void> {
    await this.#until('a worker to be ready', () => this.#fleet.ready.length > 0, patience.startMs)
    for (const worker of this.#fleet.ready) {
      const reports = () => worker.lines.filter((line) => line.kind === 'health')
      const isWell = () => reports().at(-1)?.isHealthy || !worker.isRunning
      const asking = setInterval(() => worker.order({ order: 'health' }), healthIntervalMs)
      await this.#until(`${worker.name} to be well`, isWell, patience.healthMs)
      clearInterval(asking)
      if (!isWell()) this.#problems.push(`${worker.name}: ${reports().at(-1)?.problems.join(', ') ?? 'no answer'}`)
    }
  }

  /** Durable subscribers come to the end of the log. */
  async #catchUp(): Promise<void> {
    const answers = (worker: WorkerHandle) =>
      worker.lines.flatMap((line) => (line.kind === 'answer' && line.to === catchUpId ? [line] : []))
    const asked = new Set<WorkerHandle>()
    const isDone = () => {
      for (const worker of this.#fleet.ready) {
        if (asked.has(worker)) continue
        asked.add(worker)
        worker.order({ order: 'catch up', id: catchUpId })
      }
      return [...asked].some((worker) => answers(worker).length > 0)
    }
    await this.#until('durable subscribers to catch up', isDone, patience.endMs)
    const answered = [...asked].flatMap(answers)
    if (!answered.some(({ ok }) => ok)) this.#problems.push(...answered.map(({ error }) => `${error}`))
  }

  async #until(what: string, isSo: () => boolean, withinMs: number): Promise<void> {
    const deadline = performance.now() + withinMs
    while (!isSo()) {
      if (performance.now() > deadline) {
        this.#problems.push(`waited ${withinMs} ms in vain for ${what}`)
        return
      }
      await sleep(10)
    }
  }

  async #startWorker(name: string, folder: string): Promise<WorkerHandle> {
    const { url } = this.#database.settings
    const proxy = this.#scenario.isBehindProxies && url ? await FaultProxy.inFrontOf(url) : undefined
    return new WorkerHandle(name, this.#settingsFor(name, folder, proxy?.url), proxy)
  }

  #settingsFor(name: string, folder: string, url: string | undefined): WorkerSettings {
    const { poolSize } = this.#scenario
    return {
      folder,
      linesPath: join(folder, `${name}.lines`),
      logPath: join(folder, `${name}.log`),
      starvedAfterMs: leaseMs / 4,
      database: {
        ...this.#database.settings,
        ...(url === undefined ? {} : { url }),
        ...(poolSize === undefined ? {} : { poolSize }),
      },
      execution: { ...execution, ...this.#scenario.execution },
    }
  }
}

/** What all processes said of what their durable subscribers were given, in the order of time. */
function toldBy(workers: readonly WorkerHandle[]): readonly DeliveredEvent[] {
  const lines = workers.flatMap((worker) => worker.lines.flatMap((line) => (line.kind === 'delivered' ? [line] : [])))
  return lines.sort((one, other) => one.at - other.at)
}

function wasHit({ hitsAt }: WorkerHandle): boolean {
  return hitsAt.length > 0
}

function wasStarved({ lines }: WorkerHandle): boolean {
  return lines.some(({ kind }) => kind === 'starved')
}

function planFor({ workers, load = 1, hasDeadlyTask }: Scenario, seed: number, size: PlanSize): ChaosPlan {
  const adjusted = { ...size, tasks: Math.round(size.tasks * load), ...(workers ? { workers } : {}) }
  return planOf(seed, adjusted, hasDeadlyTask ?? new Chance(seed).for('deadly').onceIn(4))
}
