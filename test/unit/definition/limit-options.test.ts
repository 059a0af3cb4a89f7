import assert from 'node:assert/strict'
import { defineTask } from '../../../core/definition/define-task.js'
import { definitionDocument } from '../../../core/definition/definition-document.js'
import { parseTaskYaml } from '../../../core/definition/parse-task-yaml.js'
import type { DefinitionError } from '../../../core/errors/definition-errors.js'
import { concurrencyKeyOf } from '../../../core/orchestration/limits/concurrency-key.js'

const run = () => 1

const refusal = (make: () => unknown): string => {
  try {
    make()
  } catch (error) {
    return (error as DefinitionError).message
  }
  return 'nothing was refused'
}

describe('what a definition says of limits', () => {
  it('is the same in code and in YAML', () => {
    const inCode = defineTask({ name: 'bill', concurrencyKey: { from: 'context.customer.id', limit: 2 } }).step(
      'charge',
      { dependentSystem: 'gateway', priority: 7, retry: { backoffMs: [10], maxBackoffMs: 90, backoffJitter: 0 } },
      run,
    )
    const text = `
name: bill
concurrency_key: { from: context.customer.id, limit: 2 }
step_templates:
  - name: charge
    handler: run
    dependent_system: gateway
    priority: 7
    backoff_ms: [10]
    max_backoff_ms: 90
    backoff_jitter: 0
`
    const inYaml = parseTaskYaml(text, { file: 'bill.task.yaml', handlers: { run } })
    assert.equal(inYaml.definition.hash, inCode.definition.hash)
    assert.deepEqual(inYaml.definition.concurrencyKey, { from: 'context.customer.id', limit: 2 })
  })

  it('changes nothing about tasks that say nothing of it', () => {
    const plain = defineTask({ name: 'plain' }).step('a', run).definition
    assert.equal(plain.concurrencyKey, undefined)
    assert.equal(plain.steps[0]!.priority, undefined)
  })

  it('is a path alone for a limit of 1, or a limit alone for keys that requests name', () => {
    const keyed = (concurrencyKey: string | { limit: number }) =>
      defineTask({ name: 'a', concurrencyKey }).step('b', run).definition
    assert.deepEqual(keyed('context.id').concurrencyKey, { from: 'context.id', limit: 1 })
    assert.deepEqual(keyed({ limit: 3 }).concurrencyKey, { limit: 3 })
  })

  it('is a function, alone or beside a limit, which the stored definition only mentions', () => {
    const from = () => 'a key'
    const keyed = (concurrencyKey: typeof from | { from: typeof from; limit: number }) =>
      defineTask({ name: 'a', concurrencyKey }).step('b', run).definition
    assert.deepEqual(keyed(from).concurrencyKey, { from, limit: 1 })
    assert.deepEqual(keyed({ from, limit: 3 }).concurrencyKey, { from, limit: 3 })
    const document = definitionDocument(keyed({ from, limit: 3 }))
    assert.deepEqual(document.concurrencyKey, { from: 'custom', limit: 3 })
    assert.notEqual(keyed(from).hash, keyed({ from, limit: 3 }).hash)
  })

  it('is refused where it cannot be meant, and the message says what can', () => {
    const key = (concurrencyKey: never) => refusal(() => defineTask({ name: 'a', concurrencyKey }))
    assert.match(key('customerId' as never), /concurrencyKey\.from.*"context\.customerId"/)
    assert.match(key({ from: 7 } as never), /concurrencyKey\.from.*or a function that gives the key.*7/s)
    assert.match(key({ limit: 0 } as never), /concurrencyKey\.limit.*an integer from 1/)
    assert.match(key({ form: 'context.id' } as never), /form.*from/)
    const step = (options: object) => refusal(() => defineTask({ name: 'a' }).step('b', options as never, run))
    assert.match(step({ priority: 1.5 }), /priority.*a whole number/)
    assert.match(step({ retry: { backoffJitter: 2 } }), /backoffJitter.*from 0 to 1/)
  })
})

describe('the key of a new task', () => {
  const { definition } = defineTask({ name: 'a', concurrencyKey: 'context.customer.id' }).step('b', run)
  const keyOf = (context: unknown, request: object = {}) =>
    concurrencyKeyOf(definition, { name: 'a', ...request }, context)

  it('is what the request names, else what stands in the context, if anything does', () => {
    assert.equal(keyOf({ customer: { id: 'c7' } }), 'c7')
    assert.equal(keyOf({ customer: { id: 7 } }), '7')
    assert.equal(keyOf({ customer: { id: 'c7' } }, { concurrencyKey: 'mine' }), 'mine')
    for (const context of [{}, { customer: null }, { customer: { id: null } }, { customer: { id: '' } }, 'text', null])
      assert.equal(keyOf(context), undefined)
  })

  it('is short enough for an index, whatever stands there', () => {
    const long = keyOf({ customer: { id: 'x'.repeat(5_000) } })!
    assert.match(long, /^sha256:[\da-f]{64}$/)
    assert.notEqual(long, keyOf({ customer: { id: 'y'.repeat(5_000) } }))
  })
})
