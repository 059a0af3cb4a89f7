import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Database, openDatabase } from '../../../core/persistence/database.js'
import type { StatementFault, TestTasker } from '../../../core/testing/index.js'
import { SeededRandom } from '../../../core/testing/seeded-chance.js'
import { type DatabaseServer, joinDatabaseServer } from '../../support/database-server.js'
import { openTestTasker } from '../../support/test-tasker.js'
import { checkEverything, countLosses } from './fault-checks.js'
import { FaultScenario } from './fault-scenario.js'

/** Faults in one round of the scenario. Many crashes in a row would end it early: a step may lose its owner three times. */
const mostPerRound = 4
/** Rounds with faults by chance besides, each with a seed of its own. */
const randomRounds = Number(process.env.TASKER_FAULT_ROUNDS ?? 0)
const firstSeed = Number(process.env.TASKER_FAULT_SEED ?? 1)
const kinds = ['crash before', 'crash after', 'disconnect before', 'disconnect after'] as const

/** Breaks a list of points one after the other, each at its next statement. */
class FaultList {
  readonly seen = new Set<string>()
  #wanted: string[] = []
  #leftInRound = 0

  want(names: Iterable<string>): void {
    this.#wanted = [...names]
  }

  get left(): readonly string[] {
    return this.#wanted
  }

  /** Whether this round may still bring a fault. */
  get wantsMore(): boolean {
    return this.#wanted.length > 0 && this.#leftInRound > 0
  }

  beginRound(): void {
    this.#leftInRound = mostPerRound
  }

  judge(name: string, fault: StatementFault): StatementFault | undefined {
    this.seen.add(name)
    const index = this.#wanted.indexOf(name)
    if (index === -1 || this.#leftInRound === 0) return undefined
    this.#leftInRound -= 1
    this.#wanted.splice(index, 1)
    return fault
  }
}

describe('a fault at any statement of the store', function () {
  this.timeout(120_000)
  let server: DatabaseServer
  let observer: Database
  let t: TestTasker
  let scenario: FaultScenario
  const faults = new FaultList()
  /** What is sent when nothing goes wrong. */
  let inScenario: readonly string[]
  let atBoot: readonly string[]

  before(async () => {
    server = await joinDatabaseServer()
    const schema = `test_${randomBytes(6).toString('hex')}`
    observer = await openDatabase({ connection: server.connection, schema, poolSize: 2 })
    scenario = new FaultScenario(
      () => t,
      () => observer,
    )
    t = await openTestTasker({
      seed: 1,
      handlers: scenario.handlers,
      database: { schema },
      backoff: { delaysMs: [1_000], jitter: 0 },
      execution: { leaseMs: 300, heartbeatIntervalMs: 60, pollIntervalMs: 150, sweepIntervalMs: 150 },
    })
    t.faults.onStatement(({ name }) => faults.judge(name, 'crash before'))
    const seen = async (action: () => Promise<void>): Promise<readonly string[]> => {
      faults.seen.clear()
      await action()
      // The sweeper comes by at intervals, and not always while the scenario runs.
      for (let tries = 0; tries < 100 && ![...faults.seen].some((name) => name.startsWith('repairStuck')); tries++) {
        await sleep(50)
      }
      return [...faults.seen]
    }
    const first = await seen(() => scenario.run())
    atBoot = await seen(() => scenario.restart())
    // What a slow machine has it send now and then is no point that can be counted on.
    inScenario = (await seen(() => scenario.run())).filter((name) => first.includes(name))
  })
  after(async () => {
    t?.faults.onStatement(undefined)
    await t?.stop()
    await observer.close()
    await server.leave()
  })

  it('has a name for what it sends', () => {
    const methods = new Set([...inScenario, ...atBoot].map((name) => name.split('/')[0]!))
    for (const method of [
      'commit',
      'claimDue',
      'claimTask',
      'registerWorker',
      'heartbeat',
      'addCommand',
      'repairStuck',
    ])
      assert.ok(methods.has(method), `${method} is not among ${[...methods]}`)
  })

  for (const kind of kinds) {
    it(`leaves everything in order: ${kind}`, async () => {
      const lossesBefore = await countLosses(observer)
      const points = new Set([...inScenario, ...atBoot])
      faults.want(points)
      t.faults.onStatement(({ name }) => faults.judge(name, kind))
      for (let round = 0; faults.left.length > 0 && round < points.size; round++) {
        faults.beginRound()
        if (faults.left.some((name) => atBoot.includes(name))) await scenario.restart()
        await scenario.run()
        // What is sent at intervals may come after the end of the scenario.
        for (let tries = 0; tries < 20 && faults.wantsMore; tries++) {
          await sleep(50)
        }
      }
      assert.deepEqual(faults.left, [], 'points that were not hit')
      await assertInOrder()
      // A worker that lives keeps what it owns, whatever becomes of its connections.
      if (kind.startsWith('disconnect')) assert.equal((await countLosses(observer)) - lossesBefore, 0)
    })
  }

  for (let seed = firstSeed; seed < firstSeed + randomRounds; seed++) {
    it(`leaves everything in order: at random, TASKER_FAULT_SEED=${seed}`, async () => {
      const random = new SeededRandom(seed)
      let left = mostPerRound
      t.faults.onStatement(() => {
        if (left === 0 || random.next() > 0.05) return undefined
        left -= 1
        return kinds[Math.floor(random.next() * kinds.length)]
      })
      await scenario.restart()
      await scenario.run()
      await assertInOrder()
    })
  }

  async function assertInOrder(): Promise<void> {
    t.faults.onStatement(undefined)
    await scenario.restart()
    await scenario.run()
    await checkEverything(t, observer, scenario.calls)
  }
})
