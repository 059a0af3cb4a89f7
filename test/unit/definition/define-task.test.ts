import assert from 'node:assert/strict'
import { Type } from 'typebox'
import { isDefinedTask } from '../../../core/contracts/task-definition.js'
import { defineTask } from '../../../core/definition/define-task.js'
import type { StepChain } from '../../../core/definition/step-chain.js'
import {
  DuplicateStepError,
  EmptyTaskError,
  InvalidDefinitionOptionError,
  InvalidNameError,
  InvalidStepHandlerError,
  InvalidTaskVersionError,
  UnknownDefinitionOptionError,
  UnknownDependencyError,
} from '../../../core/errors/definition-errors.js'
import { defineEvent } from '../../../core/events/custom-event.js'

class Confirm {
  process() {
    return 'ok'
  }
}

describe('defineTask', () => {
  it('gives a branded task with all defaults filled in', () => {
    const task = defineTask({ name: 'process_order' }).step('load', () => 1)
    assert.equal(isDefinedTask(task), true)
    const { hash, steps, ...head } = task.definition
    assert.match(hash, /^[0-9a-f]{64}$/)
    assert.deepEqual(JSON.parse(JSON.stringify(head)), {
      namespace: 'default',
      name: 'process_order',
      version: '0.1.0',
      sensitive: [],
      customEvents: [],
    })
    assert.deepEqual(JSON.parse(JSON.stringify(steps)), [
      {
        name: 'load',
        kind: 'run',
        dependsOn: [],
        retryable: true,
        retry: { limit: 3 },
        skippable: false,
        onFailure: 'error',
        timeoutMs: 600_000,
        dependentSystem: 'unknown',
        handler: { kind: 'function' },
      },
    ])
  })

  it('takes every option', () => {
    const fulfilled = defineEvent('order.fulfilled', Type.Object({ id: Type.Integer() }), { durable: true })
    const { definition } = defineTask({
      namespace: 'payments',
      name: 'refund',
      version: '2.1.0-beta.1',
      description: 'Pays back.',
      context: Type.Object({ id: Type.Integer() }),
      sensitive: ['card.number'],
      concurrency: 4,
      timeoutMs: 1000,
      customEvents: [fulfilled, 'order.seen'],
    })
      .step('load', () => ({ a: 1 }))
      .step('confirm', {
        dependsOn: ['load'],
        retry: { limit: 5, backoffMs: [0, 10], maxBackoffMs: 20 },
        retryable: false,
        skippable: true,
        onFailure: 'skip',
        timeoutMs: 5,
        dependentSystem: 'gateway',
        description: 'Confirms.',
        handlerConfig: { url: 'x' },
        handler: Confirm,
      })
    assert.equal(definition.context?.jsonSchema.type, 'object')
    assert.deepEqual(
      definition.customEvents.map(({ name, durable }) => [name, durable]),
      [
        ['order.fulfilled', true],
        ['order.seen', undefined],
      ],
    )
    const step = definition.steps[1]
    assert.deepEqual(step?.handler, { kind: 'class', constructor: Confirm })
    assert.deepEqual(step?.retry, { limit: 5, backoffMs: [0, 10], maxBackoffMs: 20 })
    assert.deepEqual([step?.onFailure, step?.skippable, step?.retryable], ['skip', true, false])
    assert.deepEqual(step?.handlerConfig, { url: 'x' })
  })

  it('leaves a chain as it was when a step is added', () => {
    const one = defineTask({ name: 'x' }).step('a', () => 1)
    const two = one.step('b', () => 1)
    const other = one.step('c', () => 1)
    assert.deepEqual(
      [one, two, other].map((task) => task.definition.steps.map(({ name }) => name)),
      [['a'], ['a', 'b'], ['a', 'c']],
    )
  })

  it('makes its definition once, frozen', () => {
    const task = defineTask({ name: 'x' }).step('a', { handlerConfig: { deep: { list: [1] } } }, () => 1)
    assert.equal(task.definition, task.definition)
    assert.throws(() => Object.assign(task.definition, { name: 'y' }), TypeError)
    assert.throws(() => (task.definition.steps as unknown[]).push(1), TypeError)
    const { list } = task.definition.steps[0]!.handlerConfig!.deep as { list: number[] }
    assert.throws(() => list.push(2), TypeError)
  })
})

describe('defineTask refuses', () => {
  const task = defineTask({ namespace: 'shop', name: 'order' }).step('load_order', () => 1)
  // What the compiler refuses is written as JavaScript would.
  const loose = task as unknown as { step(...args: unknown[]): unknown }

  it('a name used twice', () => {
    assert.throws(() => loose.step('load_order', () => 1), DuplicateStepError)
  })

  it('an unknown dependency, with the choices and the nearest', () => {
    assert.throws(
      () => loose.step('charge', { dependsOn: ['load_ordr'] }, () => 1),
      (error: unknown) => {
        assert.ok(error instanceof UnknownDependencyError)
        assert.match(error.message, /shop\.order@0\.1\.0, step "charge" depends on "load_ordr"/)
        assert.match(error.message, /Expected "load_order"\. Did you mean "load_order"\?/)
        return true
      },
    )
    assert.throws(() => loose.step('charge', { dependsOn: ['charge'] }, () => 1), UnknownDependencyError)
  })

  for (const name of ['', 'Load', '1st', 'a.b', 'a b', 'a'.repeat(129), undefined, 7]) {
    it(`the step name ${JSON.stringify(name)?.slice(0, 20)}`, () => {
      assert.throws(() => loose.step(name, () => 1), InvalidNameError)
    })
  }

  for (const name of ['', '1x', 'a.b', 'ü', 'a'.repeat(65)]) {
    it(`the task name and namespace ${JSON.stringify(name).slice(0, 20)}`, () => {
      assert.throws(() => defineTask({ name }), InvalidNameError)
      assert.throws(() => defineTask({ name: 'x', namespace: name }), InvalidNameError)
    })
  }

  for (const version of ['1', '1.0', 'v1.0.0', '^1.0.0', '', ' 1.0.0']) {
    it(`the version ${JSON.stringify(version)}`, () => {
      assert.throws(() => defineTask({ name: 'x', version }), InvalidTaskVersionError)
    })
  }

  const badOptions: [string, Record<string, unknown>][] = [
    ['retry.limit', { retry: { limit: 0 } }],
    ['retry.limit', { retry: { limit: 1.5 } }],
    ['retry.limit', { retry: { limit: '3' } }],
    ['retry', { retry: 3 }],
    ['retry.backoffMs[1]', { retry: { backoffMs: [1, -1] } }],
    ['retry.maxBackoffMs', { retry: { maxBackoffMs: 0 } }],
    ['timeoutMs', { timeoutMs: 0 }],
    ['timeoutMs', { timeoutMs: Number.NaN }],
    ['skippable', { skippable: 'yes' }],
    ['onFailure', { onFailure: 'skip' }],
    ['onFailure', { onFailure: 'ignore' }],
    ['dependsOn', { dependsOn: 'load_order' }],
    ['dependentSystem', { dependentSystem: '' }],
    ['handlerConfig', { handlerConfig: { big: 1n } }],
  ]
  for (const [option, options] of badOptions) {
    it(`the step option ${option} in ${Object.keys(options)}`, () => {
      assert.throws(
        () => loose.step('next', options, () => 1),
        (error: unknown) => error instanceof InvalidDefinitionOptionError && error.subject.option === option,
      )
    })
  }

  it('options that do not exist, with the nearest', () => {
    assert.throws(
      () => loose.step('next', { dependOn: ['x'] }, () => 1),
      /no option "dependOn".*Did you mean "dependsOn"\?/,
    )
    assert.throws(() => loose.step('next', { retry: { limits: 3 } }, () => 1), UnknownDefinitionOptionError)
    assert.throws(() => defineTask({ name: 'x', contxt: {} } as never), /Did you mean "context"\?/)
  })

  it('bad options of the task', () => {
    for (const bad of [{ concurrency: 0 }, { timeoutMs: -1 }, { sensitive: [''] }, { customEvents: ['task.mine'] }]) {
      assert.throws(() => defineTask({ name: 'x', ...bad } as never), InvalidDefinitionOptionError, JSON.stringify(bad))
    }
  })

  it('a missing handler, a class in the wrong place, and a class without process', () => {
    class Empty {}
    const ways: [unknown[], RegExp][] = [
      [['next'], /Received nothing/],
      [['next', {}], /Received nothing/],
      [['next', {}, 'text'], /Received "text"/],
      [['next', Confirm], /\{ handler: Confirm \}/],
      [['next', { handler: Empty }], /class Empty, which has no method process/],
      [['next', { handler: () => 1 }], /Give the function as the last argument/],
      [['next', { handler: Confirm }, () => 1], /one handler/],
    ]
    for (const [args, message] of ways) {
      assert.throws(
        () => loose.step(...args),
        (error: unknown) => {
          assert.ok(error instanceof InvalidStepHandlerError)
          assert.match(error.message, message)
          return true
        },
      )
    }
  })

  it('a task without steps, when it is used', () => {
    assert.throws(() => defineTask({ name: 'x' }).definition, EmptyTaskError)
  })

  it('a branch that no later step has, when the task is used', () => {
    const chain = task.decide('route', { branches: ['refund', 'archiv'] }, () => []).step('refund', () => 1)
    const undone = chain.step('archive', () => 2)
    assert.throws(() => undone.definition, /"route".*"archiv" does not exist.*Did you mean "archive"\?/)
  })

  it('a branch of two decisions, and one that comes before its decision', () => {
    const early = task.step('refund', () => 1) as ReturnType<typeof task.step>
    const late = (early as never as StepChain).decide('route', { branches: ['refund'] }, () => [])
    assert.throws(() => late.definition, /steps that come later.*Add the step "refund" after "route"/)
    const twice = (task as never as StepChain)
      .decide('one', { branches: ['x'] }, () => [])
      .decide('two', { branches: ['x'] }, () => [])
      .step('x', () => 1)
    assert.throws(() => twice.definition, /"x" is a branch of "one" already/)
  })

  it('a child without a task, a list without over, a decision without branches', () => {
    const chain = task as never as StepChain
    assert.throws(() => chain.child('sub', {}), /task.*as defineTask gives it/)
    assert.throws(() => chain.each('sub', {}, () => 1), /over.*gives the list/)
    assert.throws(() => chain.decide('sub', { branches: [] }, () => []), /branches.*names of the later steps/)
    assert.throws(() => chain.step('sub', { over: () => [] }, () => 1), /over/)
  })
})
