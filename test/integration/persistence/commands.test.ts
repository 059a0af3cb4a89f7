import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { TaskDefinition } from '../../../core/contracts/task-definition.js'
import type { Command } from '../../../core/contracts/task-request.js'
import type { Database } from '../../../core/persistence/database.js'
import { PostgresStore } from '../../../core/persistence/store.js'
import { change, creation, taskRecord } from '../../support/task-records.js'
import { closeTestDatabase, openTestDatabase } from '../../support/test-database.js'

let issued = Date.parse('2026-01-01T00:00:00.000Z')

function command(taskId: string, values: Partial<Command> = {}): Command {
  issued += 1000
  return {
    id: randomUUID(),
    taskId,
    kind: 'step.resolve',
    stepName: 'charge',
    reason: 'done by phone',
    actor: { id: 'ada', kind: 'person', name: 'Ada' },
    args: { results: { ok: true } },
    createdAt: new Date(issued).toISOString(),
    replyTo: 'c',
    ...values,
  }
}

describe('what the store keeps beside tasks', () => {
  let database: Database
  let store: PostgresStore

  beforeEach(async () => {
    database = await openTestDatabase()
    store = new PostgresStore(database)
  })
  afterEach(() => closeTestDatabase(database))

  it('hands commands to the owner, oldest first, until a commit answers them', async () => {
    await store.registerWorker({ id: 'a', host: 'here', processId: 1, leaseMs: 5_000 })
    const task = taskRecord({ ownerId: 'a' })
    await store.commit([creation(task)])
    const [first, second] = [command(task.id), command(task.id, { kind: 'task.cancel', stepName: null, args: {} })]
    await store.addCommand(second)
    await store.addCommand(first)
    assert.deepEqual(await store.commandsFor('a'), [first, second])
    assert.deepEqual(await store.commandsFor('b'), [])
    assert.deepEqual(await store.orphanedCommands(), [])
    assert.equal(await store.commandOutcome(first.id), undefined)
    const outcome = { ok: true, state: 'resolved_manually' } as const
    const write = change(task, {}, { answers: [{ commandId: first.id, outcome }] })
    await store.commit([write])
    assert.deepEqual(await store.commandOutcome(first.id), outcome)
    assert.deepEqual(await store.commandsFor('a'), [second])
    const refusal = { ok: false, code: 'X', message: 'no', details: {} } as const
    await store.commit([change(write.task, {}, { answers: [{ commandId: first.id, outcome: refusal }] })])
    assert.deepEqual(await store.commandOutcome(first.id), outcome, 'the first answer stands')
  })

  it('finds commands whose task nobody owns, or somebody who is gone', async () => {
    const [free, gone] = [taskRecord(), taskRecord({ ownerId: 'nobody' })]
    await store.commit([creation(free), creation(gone)])
    const commands = [command(free.id), command(gone.id)]
    for (const each of commands) await store.addCommand(each)
    assert.deepEqual(await store.orphanedCommands(), commands)
  })

  it('gives commands in a commit, also to a task that is not there yet, which are taken away if it never is', async () => {
    await store.registerWorker({ id: 'a', host: 'here', processId: 1, leaseMs: 5_000 })
    const [parent, child, never] = [taskRecord(), taskRecord({ ownerId: 'a' }), taskRecord()]
    const cancel = { kind: 'task.cancel', stepName: null, args: {}, replyTo: null } as const
    const commands = [command(child.id, cancel), command(never.id, cancel)]
    await store.commit([creation(parent)])
    await store.commit([change(parent, {}, { commands })])
    assert.deepEqual(await store.commandsFor('a'), [])
    const late = new Date(issued + 86_400_000 * 2).toISOString()
    assert.deepEqual(await store.unansweredCommands(late), [], 'nobody can answer them')
    await store.commit([creation(child)])
    assert.deepEqual(await store.commandsFor('a'), [commands[0]])
    await store.removeStrayCommands(new Date(issued).toISOString())
    const kept = () => database.query(`select id from ${database.table('commands')} order by created_at`)
    assert.equal((await kept()).length, 2)
    await store.removeStrayCommands(late)
    assert.deepEqual(await kept(), [{ id: commands[0]!.id }])
  })

  it('keeps definitions without their code, each version once', async () => {
    const definition: TaskDefinition = {
      namespace: 'shop',
      name: 'order',
      version: '1.0.0',
      sensitive: ['card.number'],
      context: { jsonSchema: { type: 'object' }, check: (value) => ({ ok: true, value }) },
      customEvents: [],
      hash: 'one',
      steps: [
        {
          name: 'reserve',
          kind: 'run',
          dependsOn: [],
          retryable: true,
          retry: { limit: 3 },
          skippable: false,
          onFailure: 'error',
          timeoutMs: 1,
          dependentSystem: 'default',
          handler: { kind: 'function', run: () => 'secret' },
        },
      ],
    }
    await store.registerDefinitions([definition])
    await store.replaceDefinitions([{ ...definition, hash: 'two' }])
    await store.registerDefinitions([{ ...definition, namespace: 'bank' }])
    const rows = await database.query<{ namespace: string; hash: string; definition: Record<string, unknown> }>(
      `select namespace, hash, definition from ${database.table('named_tasks')} order by namespace`,
    )
    assert.deepEqual(
      rows.map(({ namespace, hash }) => [namespace, hash]),
      [
        ['bank', 'one'],
        ['shop', 'two'],
      ],
    )
    const { steps, context } = rows[0]!.definition as { steps: Record<string, unknown>[]; context: unknown }
    assert.deepEqual(context, { type: 'object' })
    assert.deepEqual(Object.keys(steps[0]!).includes('handler'), false)
    const namespaces = await store.listNamespaces()
    assert.deepEqual(
      namespaces.map(({ name, description }) => [name, description]),
      [
        ['bank', null],
        ['shop', null],
      ],
    )
    assert.match(namespaces[0]!.createdAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  })

  it('keeps the latest metrics of each worker', async () => {
    const takenAt = '2026-01-01T00:00:00.000Z'
    await store.saveMetrics('b', takenAt, [{ name: 'x', value: 1 }])
    await store.saveMetrics('a', takenAt, [])
    await store.saveMetrics('b', '2026-01-01T00:00:01.000Z', [{ name: 'x', value: 2 }])
    assert.deepEqual(await store.readMetrics(), [
      { workerId: 'a', takenAt, metrics: [] },
      { workerId: 'b', takenAt: '2026-01-01T00:00:01.000Z', metrics: [{ name: 'x', value: 2 }] },
    ])
  })
})
