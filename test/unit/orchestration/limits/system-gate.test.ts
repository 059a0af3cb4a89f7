import assert from 'node:assert/strict'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { LimitStore, PermitReply, PermitRequest } from '../../../../core/contracts/limits.js'
import { SystemGate } from '../../../../core/orchestration/limits/system-gate.js'
import type { Waiter } from '../../../../core/orchestration/limits/waiting-line.js'
import { VirtualClock } from '../../../../core/testing/virtual-clock.js'
import { RecordedLog } from '../../../support/recorded-log.js'

const alone = { roomLeft: 0, waitingWorkers: [] }

/** A database that answers when the test says so. */
class AskedLater {
  readonly questions: PermitRequest[] = []
  #answer: ((reply: PermitReply) => void) | undefined

  readonly drawPermits = (request: PermitRequest): Promise<PermitReply> => {
    this.questions.push(request)
    return new Promise((resolve) => {
      this.#answer = resolve
    })
  }

  async answer(granted: number, others: Pick<PermitReply, 'roomLeft' | 'waitingWorkers'> = alone): Promise<void> {
    const now = this.questions.at(-1)!.now
    const paced = { isPaced: false, firstAt: now, intervalMs: 0, turns: 0, firstTurnAt: now, turnIntervalMs: 0 }
    this.#answer!({ ...paced, granted, retryAt: null, blockedUntil: null, ...others })
    await turns()
  }
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await nextTurn()
}

function gateWith(database: AskedLater, told: string[] = []): SystemGate {
  const store = { drawPermits: database.drawPermits } as unknown as LimitStore
  const clock = new VirtualClock(0)
  const rest = {
    workerId: 'this',
    random: () => 0,
    keptTasks: () => 10,
    tell: (workers: readonly string[]) => void told.push(...workers),
    onIdle: () => {},
  }
  return new SystemGate('gateway', { concurrency: 1 }, { store, clock, log: new RecordedLog(), ...rest })
}

function waiter(): Waiter & { isGranted: boolean } {
  const place = { taskPriority: 0, stepPriority: 0, taskId: 'task', position: 0, isIdle: false }
  return {
    ...place,
    isGranted: false,
    grant() {
      this.isGranted = true
    },
    park: () => assert.fail('it was parked'),
  }
}

describe('the gate to a system with limits', () => {
  it('asks at once for who comes while it gives back what was not needed', async () => {
    const database = new AskedLater()
    const gate = gateWith(database)
    const [first, second] = [waiter(), waiter()]

    gate.enter(first)
    await turns()
    await database.answer(1)
    assert.ok(first.isGranted)
    gate.returnUnused()
    await turns()
    assert.deepEqual(database.questions.map(({ wanted, held }) => [wanted, held]).at(-1), [0, 0])

    gate.enter(second)
    await turns()
    await database.answer(0)
    assert.equal(database.questions.length, 3, 'it waits for what nobody holds')
    assert.equal(database.questions.at(-1)!.wanted, 1)
    await database.answer(1)
    assert.ok(second.isGranted)
    gate.stop()
  })

  it('tells others that wait of the room that is left, and of none where there is none', async () => {
    const database = new AskedLater()
    const told: string[] = []
    const gate = gateWith(database, told)
    gate.enter(waiter())
    await turns()
    await database.answer(0, { roomLeft: 0, waitingWorkers: ['other'] })
    assert.deepEqual(told, [], 'they would tell each other for ever')
    gate.ask()
    await turns()
    await database.answer(1, { roomLeft: 1, waitingWorkers: ['other'] })
    assert.deepEqual(told, ['other'])
    gate.stop()
  })

  it('says at once that somebody waits no longer: others may wait for what is kept for it', async () => {
    const database = new AskedLater()
    const gate = gateWith(database)
    const gone = waiter()
    gate.enter(gone)
    await turns()
    await database.answer(0)
    gate.leave(gone)
    await turns()
    assert.deepEqual(
      database.questions.map(({ wanted }) => wanted),
      [1, 0],
    )
    gate.stop()
  })

  it('does not ask again at once for who was refused', async () => {
    const database = new AskedLater()
    const gate = gateWith(database)
    gate.enter(waiter())
    await turns()
    await database.answer(0)
    assert.equal(database.questions.length, 1)
    gate.stop()
  })
})
