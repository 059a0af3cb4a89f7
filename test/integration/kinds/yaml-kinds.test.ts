import assert from 'node:assert/strict'
import { parseTaskYaml } from '../../../core/definition/parse-task-yaml.js'
import { TaskYamlError } from '../../../core/errors/task-yaml-errors.js'
import { defineTask, type StepContext } from '../../../core/index.js'
import { openTestTasker } from '../../support/test-tasker.js'

const shipYaml = `
name: ship_order
namespace: shipping
version: "1.2.0"
step_templates:
  - name: pack
    handler: pack
`

const orderYaml = `
name: process_order
step_templates:
  - name: load
    handler: load
  - name: ship
    depends_on_step: load
    child:
      namespace: shipping
      name: ship_order
      version: ^1.0.0
      context:
        order: "{{results.load.id}}"
        note: "order {{results.load.id}} of {{context.who}}"
  - name: notify
    depends_on_steps: [load, ship]
    each:
      over: "{{results.load.customers}}"
      concurrency: 2
    handler: notify
  - name: route
    depends_on_step: notify
    decide:
      branches: [refund, archive]
    handler: route
  - name: refund
    handler: refund
  - name: archive
    handler: archive
`

const handlers = {
  pack: ({ context }: StepContext) => context,
  load: () => ({ id: 7, customers: ['ada', 'bob', 'eve'] }),
  notify: ({ item, index, results }: StepContext) =>
    `${index}: ${item} of ${(results as { ship: { pack: { order: number } } }).ship.pack.order}`,
  route: () => ['archive'],
  refund: () => 'refunded',
  archive: () => 'archived',
}

describe('Children, lists and decisions in YAML', () => {
  it('do what the file says', async () => {
    const ship = parseTaskYaml(shipYaml, { handlers })
    const order = parseTaskYaml(orderYaml, { handlers })
    await using t = await openTestTasker({ handlers: [ship, order] })
    const run = await t.run({ name: 'process_order', context: { who: 'ada' } })
    assert.equal(run.state, 'complete')
    const steps: Readonly<Record<string, { readonly results?: unknown; readonly resolvedHow?: unknown }>> = run.steps
    assert.deepEqual(steps.ship?.results, { pack: { order: 7, note: 'order 7 of ada' } })
    assert.deepEqual(steps.notify?.results, ['0: ada of 7', '1: bob of 7', '2: eve of 7'])
    assert.deepEqual([steps.refund?.resolvedHow, steps.archive?.results], ['unchosen', 'archived'])
  })

  it('have the same definition as in code', () => {
    const yaml = parseTaskYaml(orderYaml, { handlers }).definition
    const code = defineTask({ name: 'process_order' })
      .step('load', handlers.load)
      .child('ship', { dependsOn: ['load'], task: parseTaskYaml(shipYaml, { handlers }), context: () => ({}) })
      .each('notify', { dependsOn: ['load', 'ship'], over: () => [], concurrency: 2 }, () => 1)
      .decide('route', { dependsOn: ['notify'], branches: ['refund', 'archive'] }, () => [])
      .step('refund', handlers.refund)
      .step('archive', handlers.archive).definition
    // The file names a range, the code the definition itself.
    const [, ship] = yaml.steps
    assert.deepEqual(ship?.child, { namespace: 'shipping', name: 'ship_order', version: '^1.0.0' })
    const plain = (steps: typeof code.steps) => JSON.parse(JSON.stringify(steps.filter(({ kind }) => kind !== 'child')))
    assert.deepEqual(plain(yaml.steps), plain(code.steps))
  })

  it('are refused with the place of what is wrong', () => {
    const wrong = `
name: wrong
step_templates:
  - name: both
    each: { over: "{{context.list}}" }
    decide: { branches: [last] }
    handler: route
  - name: sub
    child: { name: ship_order }
    handler: pack
  - name: list
    each: { over: lod }
    handler: notify
  - name: choice
    decide: { branches: [lost] }
    handler: route
  - name: last
    handler: pack
`
    assert.throws(
      () => parseTaskYaml(wrong, { handlers }),
      (error: unknown) => {
        assert.ok(error instanceof TaskYamlError)
        assert.match(error.message, /6:13.*a step is one of each and decide/)
        assert.match(error.message, /10:14.*has no handler of its own/)
        assert.match(error.message, /12:19.*over is neither a placeholder.*Did you mean "load"\?/)
        return true
      },
    )
  })

  it('fail the step, and say which placeholder is empty', async () => {
    const ship = parseTaskYaml(shipYaml, { handlers })
    const order = parseTaskYaml(orderYaml, { handlers })
    await using t = await openTestTasker({ handlers: [ship, order] })
    const run = await t.run({ name: 'process_order' })
    assert.equal(run.state, 'error')
    const steps: Readonly<Record<string, { readonly error?: { readonly message: string } | null }>> = run.steps
    assert.match(steps.ship?.error?.message ?? '', /\{\{context\.who\}\} cannot be filled/)
  })
})
