import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { PluginDefinition } from '../../../core/contracts/plugin.js'
import { PluginRegistry } from '../../../core/registry/plugin-registry.js'
import { folder, type RecordedPorts, recordedPorts } from './registry-ports.js'

const plugin = (
  name: string,
  dependsOn: string[] = [],
  overrides: Partial<PluginDefinition> = {},
): PluginDefinition => ({
  name,
  version: '1.0.0',
  dependsOn,
  ...overrides,
})

describe('The plugin registry', () => {
  let ports: RecordedPorts
  let plugins: PluginRegistry
  const register = (...values: PluginDefinition[]) => {
    for (const value of values) plugins.register(value)
  }
  const bootOrder = () => plugins.inBootOrder().map(({ name }) => name)

  beforeEach(() => {
    ports = recordedPorts()
    plugins = new PluginRegistry({ ...ports, taskerVersion: '1.4.2' })
  })

  it('announces a plugin with its version and origin', () => {
    plugins.register(plugin('mail'), { origin: { kind: 'package', place: 'tasker-mail' } })
    assert.deepEqual(ports.announced, [
      {
        name: 'registry.plugin_registered',
        payload: { plugin: 'mail', version: '1.0.0', origin: 'package tasker-mail' },
      },
    ])
  })

  it('boots what is depended on first, otherwise in order of registration', () => {
    register(plugin('graphql', ['http']), plugin('mail'), plugin('http', ['metrics']), plugin('metrics'))
    assert.deepEqual(bootOrder(), ['mail', 'metrics', 'http', 'graphql'])
  })

  it('stops in the reverse of that order', () => {
    register(plugin('graphql', ['http']), plugin('http'))
    assert.deepEqual(
      plugins.inStopOrder().map(({ name }) => name),
      ['graphql', 'http'],
    )
  })

  it('boots each plugin once, after all it depends on, and the same way every time', () => {
    const edges = fc.array(fc.tuple(fc.nat(9), fc.nat(9)), { maxLength: 25 })
    const order = fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], { minLength: 10 })
    fc.assert(
      fc.property(edges, order, (pairs, registered) => {
        const dependsOn = (n: number) => pairs.filter(([a, b]) => a === n && b < n).map(([, b]) => `p${b}`)
        const boot = () => {
          plugins = new PluginRegistry({ ...recordedPorts(), taskerVersion: '1.0.0' })
          register(...registered.map((n) => plugin(`p${n}`, dependsOn(n))))
          return bootOrder()
        }
        const names = boot()
        assert.deepEqual([...names].sort(), registered.map((n) => `p${n}`).sort())
        for (const { value } of plugins) {
          for (const other of value.dependsOn!) assert.ok(names.indexOf(other) < names.indexOf(value.name))
        }
        assert.deepEqual(boot(), names)
      }),
      { numRuns: 60 },
    )
  })

  it('names every missing dependency with the nearest name', () => {
    register(plugin('graphql', ['htpp', 'auth']), plugin('http'))
    assert.throws(bootOrder, {
      code: 'PLUGIN_DEPENDENCY',
      message:
        'Plugin graphql depends on "htpp", which is not registered (did you mean "http"?). ' +
        'Plugin graphql depends on "auth", which is not registered. ' +
        'Expected every plugin that `dependsOn` names to be registered. ' +
        'Add the missing plugin to `plugins` in tasker.config.ts, or take it out of `dependsOn`.',
    })
  })

  it('names the plugins of a cycle', () => {
    register(plugin('free'), plugin('a', ['b']), plugin('b', ['c']), plugin('c', ['a']))
    assert.throws(bootOrder, (error: Error & { code: string }) => {
      assert.equal(error.code, 'PLUGIN_DEPENDENCY')
      assert.match(error.message, /^The plugins [abc] → [abc] → [abc] → [abc] depend on each other/)
      assert.doesNotMatch(error.message, /free/)
      return true
    })
  })

  it('is unhealthy while plugins cannot be booted, and says why', () => {
    register(plugin('graphql', ['http']))
    assert.match(plugins.health().message ?? '', /Plugin graphql depends on "http", which is not registered/)
    register(plugin('http'))
    assert.deepEqual(plugins.health(), { isHealthy: true })
    assert.equal(plugins.stats().dependent, 1)
  })

  describe('offered what is no plugin', () => {
    const problem = (overrides: object) => {
      assert.throws(() => plugins.register({ ...plugin('mail'), ...overrides } as never, { origin: folder('p') }), {
        code: 'INVALID_REGISTRATION',
      })
      return (ports.payloads('registry.validation_failed').at(-1)!.problems as string[]).join()
    }

    it('refuses one made for another version of Tasker, and says which runs', () => {
      assert.match(
        problem({ tasker: '^2.0.0' }),
        /`tasker` must admit the running version of Tasker, 1\.4\.2; found "\^2\.0\.0"/,
      )
      register(plugin('mail', [], { tasker: '^1.2.0' }))
    })

    it('counts a prerelease of Tasker as the version it leads to', () => {
      plugins = new PluginRegistry({ ...ports, taskerVersion: '2.0.0-beta.1' })
      register(plugin('new', [], { tasker: '^2.0.0' }))
      assert.match(problem({ tasker: '^3.0.0' }), /running version/)
    })

    it('refuses one that depends on itself', () => {
      assert.match(problem({ dependsOn: ['mail'] }), /`dependsOn` must name other plugins; found its own name "mail"/)
    })

    for (const [field, value, found] of [
      ['version', 'one', '"one"'],
      ['dependsOn', 'http', '"http"'],
      ['tasker', 'new ones', '"new ones"'],
      ['setup', {}, 'an object'],
      ['start', (_a: unknown) => _a, 'a function with 1 parameter'],
      ['stop', null, 'null'],
      ['options', 'none', '"none"'],
    ] as const) {
      it(`refuses a wrong ${field}`, () => {
        const message = problem({ [field]: value })
        assert.ok(message.startsWith(`\`${field}\` must be `) && message.endsWith(`; found ${found}`), message)
      })
    }

    it('refuses a class instead of an object, by its name', () => {
      class MailPlugin {}
      assert.throws(
        () => plugins.register(MailPlugin as never),
        /plugin MailPlugin: it must be an object; found the class MailPlugin/,
      )
    })
  })
})
