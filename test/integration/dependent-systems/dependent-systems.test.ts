import assert from 'node:assert/strict'
import { DEPENDENT_SYSTEMS, type DependentSystemsApi, defineTask, inject, injectable } from '../../../core/index.js'
import { runSql } from '../../support/run-sql.js'
import { openTestTasker } from '../../support/test-tasker.js'

const crm = { system: 'crm', id: '7' }
const billing = { system: 'billing', id: 'cus_9' }
const actor = { id: 'ada', kind: 'person' } as const

@injectable()
class Charge {
  constructor(@inject(DEPENDENT_SYSTEMS) private readonly systems: DependentSystemsApi) {}

  async process() {
    const [customer] = await this.systems.find(crm, { in: 'billing' })
    await this.systems.link(billing, { system: 'gateway', id: 'ch_1' }, { reason: 'charged' })
    return { customer }
  }
}

describe('dependent systems', function () {
  this.timeout(60_000)

  it('are found or created, described once, and listed with those that registered steps name', async () => {
    const task = defineTask({ name: 'x' })
      .step('a', { dependentSystem: 'warehouse' }, async () => null)
      .step('b', async () => null)
    await using t = await openTestTasker({ handlers: [task] })
    const { dependentSystems: systems } = t
    const first = await systems.findOrCreate('crm', { actor, reason: 'a test' })
    assert.deepEqual([first.isNew, first.description], [true, null])
    const described = await systems.findOrCreate('crm', { description: 'Customers' })
    assert.deepEqual([described.isNew, described.description], [false, 'Customers'])
    assert.equal((await systems.findOrCreate('crm', { description: 'Other' })).description, 'Customers')
    const many = await Promise.all(Array.from({ length: 10 }, () => systems.findOrCreate('billing')))
    assert.equal(many.filter(({ isNew }) => isNew).length, 1)
    assert.deepEqual(
      (await systems.list()).map(({ name }) => name),
      ['billing', 'crm', 'warehouse'],
    )
    assert.equal(await systems.get('none'), undefined)
    const sql = `select kind, actor ->> 'id' as who, data from SCHEMA.changes where subject_kind = 'dependent_system' and subject_key = 'crm' order by number`
    assert.deepEqual(await runSql(t.database, sql), [
      { kind: 'dependent_system.create', who: 'ada', data: {} },
      { kind: 'dependent_system.update', who: 'unknown', data: { description: 'Customers' } },
    ])
  })

  it('map the ids of one object, in either order, once', async () => {
    await using t = await openTestTasker()
    const { dependentSystems: systems } = t
    const linked = await systems.link(crm, billing, { actor, reason: 'the same customer' })
    assert.deepEqual([linked.isNew, linked.one, linked.two], [true, billing, crm])
    for (const [one, two] of [
      [crm, billing],
      [billing, crm],
    ] as const)
      assert.equal((await systems.link(one, two)).isNew, false)
    assert.deepEqual(await systems.find(crm, { in: 'billing' }), ['cus_9'])
    assert.deepEqual(await systems.find(billing, { in: 'crm' }), ['7'])
    assert.deepEqual(await systems.find({ system: 'crm', id: '8' }, { in: 'billing' }), [])
    await systems.link({ system: 'billing', id: 'cus_10' }, crm)
    await systems.link(crm, { system: 'crm', id: '70' })
    assert.deepEqual(await systems.find(crm, { in: 'billing' }), ['cus_9', 'cus_10'])
    assert.deepEqual(await systems.find({ system: 'crm', id: '70' }, { in: 'crm' }), ['7'])
    const page = await systems.links({ system: 'crm', id: '7' }, { limit: 2 })
    assert.deepEqual(
      [page.items.length, (await systems.links({ system: 'crm', id: '7' }, { after: page.next! })).items.length],
      [2, 1],
    )
    assert.deepEqual((await systems.links({ id: 'cus_10' })).items.length, 1)
    assert.equal(await systems.unlink(crm, billing, { actor }), true)
    assert.equal(await systems.unlink(crm, billing), false)
    assert.deepEqual(await systems.find(crm, { in: 'billing' }), ['cus_10'])
    assert.deepEqual(
      (await systems.list()).map(({ name }) => name),
      ['billing', 'crm'],
    )
  })

  it('take one of many links that are said at once', async () => {
    await using t = await openTestTasker()
    const said = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        index % 2 === 0 ? t.dependentSystems.link(crm, billing) : t.dependentSystems.link(billing, crm),
      ),
    )
    assert.equal(said.filter(({ isNew }) => isNew).length, 1)
    const changes = await runSql(t.database, `select 1 from SCHEMA.changes where kind = 'dependent_system.link'`)
    assert.equal(changes.length, 1)
  })

  it('can be asked for by a step that is a class', async () => {
    const task = defineTask({ name: 'pay' }).step('charge', { handler: Charge })
    await using t = await openTestTasker({ handlers: [task] })
    await t.dependentSystems.link(crm, billing)
    const run = await t.run(task)
    assert.deepEqual(run.steps.charge.results, { customer: 'cus_9' })
    assert.deepEqual(await t.dependentSystems.find(billing, { in: 'gateway' }), ['ch_1'])
  })

  it('refuse what is no reference, and what the hook that authorises does not let pass', async () => {
    await using t = await openTestTasker()
    const { dependentSystems: systems } = t
    for (const refused of [
      () => systems.link(crm, { system: 'billing', id: 9 as never }),
      () => systems.link(crm, { system: '', id: '9' }),
      () => systems.link(crm, crm),
      () => systems.find('crm/7' as never, { in: 'billing' }),
      () => systems.findOrCreate(''),
      () => systems.unlink(crm, null as never),
    ])
      await assert.rejects(refused, { code: 'INVALID_OBJECT_REFERENCE' })
    t.hooks.add('beforeCommand', ({ kind, subject }) => {
      if (kind === 'dependent_system.unlink') throw new Error(`not ${subject.dependentSystem}`)
    })
    await systems.link(crm, billing)
    await assert.rejects(systems.unlink(crm, billing), /not billing/)
    assert.deepEqual(await systems.find(crm, { in: 'billing' }), ['cus_9'])
  })
})
