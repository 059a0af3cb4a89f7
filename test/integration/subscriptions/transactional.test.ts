import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'mocha'
import { type DefinedSubscriber, definePlugin, defineSubscriber, defineTask } from '../../../core/index.js'
import type { TestTasker } from '../../../core/testing/index.js'
import { openTestTasker } from '../../support/test-tasker.js'

const pair = defineTask({ name: 'pair' })
  .step('first', async () => ({ n: 1 }))
  .step('second', { dependsOn: ['first'] }, async () => ({ n: 2 }))

describe('A transactional subscriber', () => {
  let tasker: TestTasker | undefined
  let query: (sql: string, values?: readonly unknown[]) => Promise<Record<string, unknown>[]>
  let table: string

  const looker = definePlugin({
    name: 'looker',
    version: '1.0.0',
    setup: async ({ database }) => {
      query = (sql, values) => database.query(sql, values)
      table = `"${database.schema}".ledger`
      await database.query(
        `create table if not exists ${table} (position text primary key, name text not null, task_id uuid)`,
      )
      return {}
    },
  })
  const open = async (...subscribers: DefinedSubscriber[]) => {
    tasker = await openTestTasker({ clock: 'system', handlers: [pair], subscribers, plugins: [looker] })
    return tasker
  }
  const ledger = (
    act: (event: { readonly name: string; readonly payload: unknown }, attempt: number) => unknown = () => {},
  ) =>
    defineSubscriber({
      name: 'ledger',
      durable: true,
      transactional: true,
      retry: { limit: 4, backoffMs: [20], maxBackoffMs: 20 },
      on: {
        '*': async (event, { attempt }) => {
          await event.tx.query(`insert into ${table} values ($1, $2, $3)`, [event.position, event.name, event.taskId])
          await act(event, attempt)
        },
      },
    })
  const written = async () => (await query(`select * from ${table} order by position`)).map(({ position }) => position)
  const logged = async () => {
    const positions: (string | undefined)[] = []
    for await (const { position } of tasker!.log.tail()) positions.push(position)
    return positions
  }

  beforeEach(() => {
    table = ''
  })
  afterEach(async () => {
    await tasker?.stop()
    tasker = undefined
  })

  it('writes of every event once what it writes, in the transaction of its cursor', async () => {
    const { subscriptions } = await open(ledger())
    await Promise.all(Array.from({ length: 10 }, () => tasker!.run(pair, {})))
    await subscriptions.caughtUp()
    assert.deepEqual(await written(), await logged())
  })

  it('leaves nothing behind of a handler that fails, and writes it when it succeeds', async () => {
    const { subscriptions } = await open(
      ledger((event, attempt) => {
        if (event.name === 'step.completed' && attempt < 3) throw new Error('after the insert')
      }),
    )
    await Promise.all(Array.from({ length: 5 }, () => tasker!.run(pair, {})))
    await subscriptions.caughtUp()
    assert.deepEqual(await written(), await logged())
    assert.equal((await subscriptions.deadLetters.list()).items.length, 0)
  })

  it('gives up an event without what it had written, and goes on', async () => {
    const { subscriptions } = await open(
      ledger(({ name, payload }) => {
        if (name === 'step.completed' && (payload as { stepName: string }).stepName === 'first') throw new Error('no')
      }),
    )
    await tasker!.run(pair, {})
    await subscriptions.caughtUp()
    const { items } = await subscriptions.deadLetters.list()
    assert.deepEqual(
      items.map(({ attempts }) => attempts),
      [4],
    )
    const expected = (await logged()).filter((position) => position !== items[0]!.position)
    assert.deepEqual(await written(), expected)
  })

  it('fails on a statement that is refused, even if its handler swallows the error', async () => {
    const swallowing = defineSubscriber({
      name: 'swallowing',
      durable: true,
      transactional: true,
      retry: { limit: 1 },
      on: { 'task.completed': async ({ tx }) => void (await tx.query('select * from nowhere').catch(() => {})) },
    })
    const { subscriptions } = await open(swallowing, ledger())
    await tasker!.run(pair, {})
    await subscriptions.caughtUp()
    const { items } = await subscriptions.deadLetters.list()
    assert.match(items[0]!.error.message, /nowhere/)
    assert.deepEqual(await written(), await logged())
  })

  it('is refused its transaction once its handler has returned', async () => {
    let late: Promise<unknown> | undefined
    const keeping = defineSubscriber({
      name: 'keeping',
      durable: true,
      transactional: true,
      on: {
        'task.completed': ({ tx }) => {
          late = new Promise((resolve) => setTimeout(resolve, 50)).then(() => tx.query('select 1'))
          late.catch(() => {})
        },
      },
    })
    const { subscriptions } = await open(keeping)
    await tasker!.run(pair, {})
    await subscriptions.caughtUp()
    await assert.rejects(late!, { code: 'TRANSACTION_ENDED' })
  })

  it('takes back what a dead letter had written when it fails again, and keeps it when it succeeds', async () => {
    let isBroken = true
    const { subscriptions } = await open(
      ledger(({ name }) => {
        if (name === 'task.completed' && isBroken) throw new Error('no')
      }),
    )
    await tasker!.run(pair, {})
    await subscriptions.caughtUp()
    await subscriptions.deadLetters.retry({ subscription: 'ledger' })
    await subscriptions.caughtUp()
    assert.equal((await written()).length, (await logged()).length - 1)
    isBroken = false
    await subscriptions.deadLetters.retry({ subscription: 'ledger' })
    await subscriptions.caughtUp()
    assert.deepEqual(await written(), await logged())
  })

  it('gives up an event whose writes a trigger refuses at the commit only, for a reason of its own, and goes on', async () => {
    const { subscriptions } = await open(
      defineSubscriber({
        name: 'careful',
        durable: true,
        transactional: true,
        from: 'beginning',
        retry: { limit: 2, backoffMs: [20] },
        on: {
          'step.completed': ({ tx, position, name, payload }) =>
            tx.query(`insert into ${table} values ($1, $2)`, [position, `${name} ${payload.stepName}`]),
        },
      }),
    )
    await query(`create table "${tasker!.database.schema}".seen (position text)`)
    await query(`create function "${tasker!.database.schema}".judge() returns trigger language plpgsql as $$
      begin
        insert into "${tasker!.database.schema}".seen values (new.position);
        if new.name like '% first' then raise exception 'the books are closed'; end if;
        return null;
      end $$`)
    await query(`create constraint trigger judge after insert on ${table} deferrable initially deferred
      for each row execute function "${tasker!.database.schema}".judge()`)
    await tasker!.run(pair, {})
    await subscriptions.caughtUp()
    const { items } = await subscriptions.deadLetters.list()
    assert.deepEqual(
      items.map(({ attempts, error }) => [attempts, error.message]),
      [[2, 'the books are closed']],
    )
    const rows = await query(`select name from ${table}`)
    assert.deepEqual(rows, [{ name: 'step.completed second' }])
    assert.equal((await query(`select * from "${tasker!.database.schema}".seen`)).length, 1)
  })

  it('fails on an event whose handler ends the transaction, and goes on', async () => {
    const ending = defineSubscriber({
      name: 'ending',
      durable: true,
      transactional: true,
      retry: { limit: 1 },
      on: {
        'task.completed': async ({ tx }) => {
          await tx.query('savepoint mine')
          await tx.query('rollback to mine')
          await tx.query('-- done\n Commit').catch(() => {})
        },
      },
    })
    const { subscriptions } = await open(ending, ledger())
    await tasker!.run(pair, {})
    await subscriptions.caughtUp()
    const { items } = await subscriptions.deadLetters.list()
    assert.deepEqual(
      items.map(({ error }) => error.code),
      ['TRANSACTION_CONTROL'],
    )
    assert.deepEqual(await written(), await logged())
  })
})
