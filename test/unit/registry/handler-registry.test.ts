import assert from 'node:assert/strict'
import fc from 'fast-check'
import semver from 'semver'
import type { StepDefinition, TaskDefinition } from '../../../core/contracts/task-definition.js'
import { HandlerRegistry } from '../../../core/registry/handler-registry.js'
import { folder, type RecordedPorts, recordedPorts } from './registry-ports.js'
import { step, task } from './task-fixture.js'

describe('The handler registry', () => {
  let ports: RecordedPorts
  let handlers: HandlerRegistry
  const register = (...versions: string[]) => {
    for (const version of versions) handlers.register(task('refund', version))
  }
  const found = (version?: string) =>
    handlers.find({ namespace: 'payments', name: 'refund', version })?.definition.version

  beforeEach(() => {
    ports = recordedPorts()
    handlers = new HandlerRegistry(ports)
  })

  it('announces a handler with its namespace, name, version and origin', () => {
    handlers.register(task('refund', '2.1.0'), { origin: folder('handlers/refund.task.ts') })
    assert.deepEqual(ports.announced, [
      {
        name: 'registry.handler_registered',
        payload: {
          namespace: 'payments',
          taskName: 'refund',
          version: '2.1.0',
          origin: 'handlers/refund.task.ts',
        },
      },
    ])
  })

  it('keeps versions side by side, sorted as semver and not as text', () => {
    register('0.10.0', '0.9.0', '1.0.0-beta.2', '1.0.0-beta.10', '0.2.0')
    assert.deepEqual(handlers.versions('payments', 'refund'), [
      '0.2.0',
      '0.9.0',
      '0.10.0',
      '1.0.0-beta.2',
      '1.0.0-beta.10',
    ])
  })

  it('finds an exact version', () => {
    register('1.0.0', '2.0.0')
    assert.equal(found('1.0.0'), '1.0.0')
    assert.equal(found('1.0.1'), undefined)
  })

  it('finds the highest version of a range', () => {
    register('1.2.0', '1.10.0', '1.9.0', '2.0.0', '2.1.0-rc.1')
    assert.equal(found('^1.0.0'), '1.10.0')
    assert.equal(found('1.2'), '1.2.0')
    assert.equal(found('>=1 <3'), '2.0.0')
    assert.equal(found('^2.1.0-rc.0'), '2.1.0-rc.1')
    assert.equal(found('^3'), undefined)
  })

  it('finds the highest stable version where none is asked for, also written "*"', () => {
    register('0.9.0', '0.10.0', '1.0.0-beta.1')
    assert.equal(found(), '0.10.0')
    assert.equal(found('*'), '0.10.0')
    assert.equal(handlers.latest('payments', 'refund')?.definition.version, '0.10.0')
  })

  it('finds the highest prerelease only where nothing is stable', () => {
    register('1.0.0-beta.2', '1.0.0-beta.10')
    assert.equal(found(), '1.0.0-beta.10')
    assert.equal(found('*'), '1.0.0-beta.10')
    register('0.0.1')
    assert.equal(found(), '0.0.1')
  })

  it('finds what semver itself calls the highest, whatever the order of registration', () => {
    const version = fc.tuple(fc.nat(3), fc.nat(12), fc.nat(12), fc.constantFrom('', '-a.1', '-b'))
    const versions = fc.uniqueArray(
      version.map(([major, minor, patch, pre]) => `${major}.${minor}.${patch}${pre}`),
      { minLength: 1, maxLength: 8 },
    )
    fc.assert(
      fc.property(versions, fc.constantFrom('^1', '~0.3', '>=0.2.0 <2', '1.x', '^2.0.0-0'), (registered, range) => {
        handlers = new HandlerRegistry(recordedPorts())
        register(...registered)
        assert.equal(found(range), semver.maxSatisfying(registered, range) ?? undefined)
        const stable = semver.rsort(registered.filter((one) => semver.prerelease(one) === null))
        assert.equal(found(), stable[0] ?? semver.rsort([...registered])[0])
      }),
      { numRuns: 60 },
    )
  })

  it('sees a version that comes or goes after a look-up', () => {
    register('1.0.0')
    assert.equal(found(), '1.0.0')
    register('1.1.0')
    assert.equal(found(), '1.1.0')
    assert.equal(handlers.unregister('payments/refund@1.1.0'), true)
    assert.equal(found(), '1.0.0')
  })

  it('takes written names in both forms', () => {
    register('1.0.0', '1.1.0')
    assert.equal(handlers.require('payments.refund@1.0.0').definition.version, '1.0.0')
    assert.equal(handlers.require('payments/refund@^1').definition.version, '1.1.0')
    assert.equal(handlers.get('payments.refund')?.definition.version, '1.1.0')
    assert.equal(handlers.has('payments/refund@^2'), false)
    assert.deepEqual(handlers.keys(), ['payments.refund@1.0.0', 'payments.refund@1.1.0'])
  })

  it('puts what names no namespace and no version in default, as 0.1.0', () => {
    const bare = { namespace: undefined, version: undefined } as unknown as Partial<TaskDefinition>
    handlers.register(task('report', undefined, bare))
    const { namespace, version } = handlers.require({ name: 'report' }).definition
    assert.deepEqual({ namespace, version }, { namespace: 'default', version: '0.1.0' })
    assert.equal(handlers.has('report@0.1.0'), true)
    assert.deepEqual(ports.payloads('registry.handler_registered')[0], {
      namespace: 'default',
      taskName: 'report',
      version: '0.1.0',
      origin: 'code',
    })
  })

  it('lists namespaces, default first, and the names of one', () => {
    handlers.register(task('refund'))
    handlers.register(task('charge'))
    handlers.register(task('report', '1.0.0', { namespace: 'default' }))
    assert.deepEqual(handlers.namespaces(), ['default', 'payments'])
    assert.deepEqual(handlers.names('payments'), ['refund', 'charge'])
    assert.deepEqual(handlers.names(), ['report'])
    assert.deepEqual(handlers.names('elsewhere'), [])
  })

  it('counts versions as versions and names as names', () => {
    register('1.0.0', '2.0.0')
    handlers.register(task('report', '1.0.0', { namespace: 'default' }))
    const { namespaces, tasks, versions, groups } = handlers.stats()
    assert.deepEqual(
      { namespaces, tasks, versions, groups },
      { namespaces: 2, tasks: 2, versions: 3, groups: { payments: 2, default: 1 } },
    )
  })

  it('refuses the same version twice, and replaces it where that is said', () => {
    register('1.0.0')
    assert.throws(() => register('1.0.0'), { code: 'ALREADY_REGISTERED', message: /payments\.refund@1\.0\.0/ })
    const other = task('refund', '1.0.0')
    handlers.register(other, { replace: true })
    assert.equal(handlers.require('payments.refund@1.0.0'), other)
    assert.equal(ports.payloads('registry.conflict_resolved').length, 1)
  })

  describe('asked for what it does not have', () => {
    beforeEach(() => {
      register('1.0.0', '1.10.0')
      handlers.register(task('charge'))
    })

    it('lists the namespaces', () => {
      assert.throws(() => handlers.require('paymets.refund@1.0.0'), {
        code: 'UNKNOWN_HANDLER',
        message:
          'No handler paymets.refund@1.0.0 is registered: there is no namespace "paymets". ' +
          'Expected "payments". Did you mean "payments.refund"?',
      })
      assert.throws(() => handlers.require('paymets.other'), /there is no namespace.*Did you mean "payments"\?/)
    })

    it('lists the names of the namespace', () => {
      assert.throws(() => handlers.require({ namespace: 'payments', name: 'refnd' }), {
        code: 'UNKNOWN_HANDLER',
        message:
          'No handler payments.refnd is registered: namespace "payments" has no task "refnd". ' +
          'Expected one of "refund", "charge". Did you mean "refund"?',
      })
    })

    it('says where a task of that name is, if the namespace was left out', () => {
      handlers.register(task('report', '1.0.0', { namespace: 'default' }))
      assert.throws(() => handlers.require('refund'), /has no task "refund".*Did you mean "payments\.refund"\?/)
    })

    it('lists the versions, highest first', () => {
      assert.throws(() => handlers.require('payments/refund@^2'), {
        code: 'UNKNOWN_HANDLER',
        message: /no version of payments\.refund satisfies "\^2"\. Expected one of "1\.10\.0", "1\.0\.0"/,
      })
    })

    it('says so where there is no handler at all', () => {
      const empty = new HandlerRegistry(recordedPorts())
      assert.throws(() => empty.require('refund'), /but there is none.*`handlers` in tasker\.config\.ts/)
    })
  })

  describe('offered what is no handler', () => {
    const refusal = (value: unknown): string => {
      assert.throws(() => handlers.register(value as never), { code: 'INVALID_REGISTRATION' })
      return ports.payloads('registry.validation_failed').map(({ subject, problems }) => `${subject}: ${problems}`)[0]!
    }
    const withSteps = (...steps: unknown[]) => task('refund', '1.0.0', { steps: steps as StepDefinition[] })

    it('says what gives one', () => {
      assert.equal(
        refusal({ name: 'refund' }),
        'refund: it must be what defineTask(…) or a *.task.yaml file gives; found an object',
      )
    })
    for (const nothing of [undefined, null, 7, 'refund', []]) {
      it(`refuses ${JSON.stringify(nothing)} without stumbling`, () =>
        assert.match(refusal(nothing), /^\(unnamed\): it must be/))
    }
    it('refuses versions that are not exact', () => {
      assert.match(
        refusal(task('refund', 'v1')),
        /^payments\.refund@v1: `version` must be an exact version .* found "v1"/,
      )
    })
    it('refuses names that could not be written', () => {
      assert.match(refusal(task('re.fund')), /`name` must be a text without white space, dots.*found "re\.fund"/)
    })
    it('refuses a step without a handler', () => {
      assert.match(
        refusal(withSteps({ ...step('a'), handler: undefined })),
        /step "a": `handler` must be a step handler; found undefined/,
      )
    })
    it('refuses a class without process', () => {
      class Confirm {}
      const handler = { kind: 'class', constructor: Confirm }
      assert.match(
        refusal(withSteps({ ...step('a'), handler })),
        /step "a": class Confirm: `process` must be a method process\(context\); found undefined/,
      )
    })
    it('refuses a process that expects more than it is given', () => {
      class Confirm {
        process(_task: unknown, _sequence: unknown, _step: unknown) {}
      }
      assert.match(
        refusal(withSteps({ ...step('a'), handler: { kind: 'class', constructor: Confirm } })),
        /found a function with 3 parameters/,
      )
    })
    it('refuses a cycle', () => {
      const cycle = [step('a', { dependsOn: ['b'] }), step('b', { dependsOn: ['a'] })]
      assert.match(refusal(withSteps(...cycle)), /cycle/)
    })
    it('refuses an unknown dependency and a name used twice', () => {
      assert.match(
        refusal(withSteps(step('load'), step('b', { dependsOn: ['laod'] }))),
        /"laod", which does not exist.*Did you mean "load"/,
      )
      assert.throws(() => handlers.register(withSteps(step('a'), step('a'))), /Two steps are named "a"/)
    })
  })
})
