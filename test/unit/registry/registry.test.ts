import assert from 'node:assert/strict'
import { Registry } from '../../../core/registry/registry.js'
import type { RegistryRules } from '../../../core/registry/registry-rules.js'
import { folder, type RecordedPorts, recordedPorts } from './registry-ports.js'

interface Lamp {
  readonly name: string
  readonly room: string
}

const lampRules: RegistryRules<Lamp> = {
  name: 'lamps',
  kind: 'plugin',
  subject: (value) => (value as Lamp | undefined)?.name || '(unnamed)',
  problems: (value) => ((value as Lamp).room === '' ? ['`room` must be a text; found ""'] : []),
  key: ({ name }) => name,
  groups: ({ room }) => [room],
  announceJoined: ({ name }, origin, announcer) =>
    announcer.announce('registry.plugin_registered', { plugin: name, version: '1.0.0', origin }),
}

const desk: Lamp = { name: 'desk', room: 'study' }
const floor: Lamp = { name: 'floor', room: 'hall' }

describe('A registry', () => {
  let ports: RecordedPorts
  let lamps: Registry<Lamp>

  beforeEach(() => {
    ports = recordedPorts()
    lamps = new Registry(lampRules, ports)
  })

  it('gives back what was registered, with its origin and the time', () => {
    const entry = lamps.register(desk, { origin: folder('lamps/desk.ts') })
    assert.equal(lamps.get('desk'), desk)
    assert.equal(lamps.require('desk'), desk)
    assert.equal(lamps.has('desk'), true)
    assert.deepEqual(lamps.list(), [entry])
    assert.deepEqual(entry, {
      key: 'desk',
      value: desk,
      origin: { kind: 'folder', place: 'lamps/desk.ts' },
      registeredAt: '2026-01-01T00:00:00.000Z',
    })
  })

  it('gives undefined for what is not there, and lists the choices and the nearest where it is required', () => {
    lamps.register(desk)
    lamps.register(floor)
    assert.equal(lamps.get('dusk'), undefined)
    assert.equal(lamps.has('dusk'), false)
    assert.throws(() => lamps.require('dusk'), {
      code: 'ENTRY_NOT_FOUND',
      message: 'No plugin "dusk" is registered. Expected one of "desk", "floor". Did you mean "desk"?',
    })
  })

  it('says so where nothing could be required because nothing is registered', () => {
    assert.throws(() => lamps.require('desk'), /there is none.*`plugins` in tasker\.config\.ts/)
  })

  it('goes through its entries in order of registration', () => {
    lamps.register(floor)
    lamps.register(desk)
    assert.deepEqual(
      [...lamps].map(({ key }) => key),
      ['floor', 'desk'],
    )
  })

  it('may change while somebody goes through it: the entries of the beginning are gone through', () => {
    lamps.register(floor)
    lamps.register(desk)
    const seen: string[] = []
    for (const { key } of lamps) {
      seen.push(key)
      lamps.unregister(key)
      lamps.register({ name: `${key}-new`, room: 'attic' })
    }
    assert.deepEqual(seen, ['floor', 'desk'])
    assert.deepEqual(lamps.keys(), ['floor-new', 'desk-new'])
  })

  it('announces a registration once, after it has taken effect', () => {
    const seen: boolean[] = []
    const announcing = new Registry(
      { ...lampRules, announceJoined: ({ name }) => seen.push(announcing.has(name)) },
      ports,
    )
    announcing.register(desk)
    assert.deepEqual(seen, [true])
    lamps.register(desk)
    assert.deepEqual(ports.announced, [
      { name: 'registry.plugin_registered', payload: { plugin: 'desk', version: '1.0.0', origin: 'code' } },
    ])
  })

  describe('that is offered a duplicate', () => {
    it('refuses it with both origins and the way out, and keeps the first', () => {
      lamps.register(desk, { origin: { kind: 'built_in', place: 'lamps' } })
      assert.throws(() => lamps.register({ ...desk, room: 'attic' }, { origin: folder('mine') }), {
        code: 'ALREADY_REGISTERED',
        message:
          'plugin desk from mine was refused: it is already registered from built in lamps. ' +
          'Register it with { replace: true } if it is meant to take the place of the first, or give it another name.',
      })
      assert.equal(lamps.get('desk'), desk)
      assert.deepEqual(ports.names(), ['registry.plugin_registered', 'registry.validation_failed'])
    })

    it('replaces it where that is said, in its place, and announces conflict and registration once each', () => {
      lamps.register(desk, { origin: folder('first') })
      lamps.register(floor)
      ports.announced.length = 0
      const other = { ...desk, room: 'attic' }
      lamps.register(other, { replace: true, origin: folder('second') })
      assert.deepEqual(
        lamps.list().map(({ value }) => value),
        [other, floor],
      )
      assert.deepEqual(ports.announced, [
        {
          name: 'registry.conflict_resolved',
          payload: { kind: 'plugin', subject: 'desk', replacedOrigin: 'first', origin: 'second' },
        },
        { name: 'registry.plugin_registered', payload: { plugin: 'desk', version: '1.0.0', origin: 'second' } },
      ])
    })

    it('resolves no conflict where there was none to resolve', () => {
      lamps.replace(desk)
      assert.deepEqual(ports.names(), ['registry.plugin_registered'])
      assert.equal(lamps.stats().replacements, 0)
    })
  })

  describe('that is offered something invalid', () => {
    const broken: Lamp = { name: 'broken', room: '' }
    const offer = () => lamps.register(broken, { origin: folder('lamps/broken.ts') })

    it('throws what is wrong and where it comes from', () => {
      assert.throws(offer, {
        code: 'INVALID_REGISTRATION',
        problems: ['`room` must be a text; found ""'],
        message:
          'plugin broken: `room` must be a text; found "". ' +
          'It comes from lamps/broken.ts; correct it there, or take it out of the configuration.',
      })
      assert.deepEqual(lamps.list(), [])
    })

    it('publishes the refusal once and lists it', () => {
      assert.throws(offer)
      const facts = { kind: 'plugin', subject: 'broken', problems: ['`room` must be a text; found ""'] }
      assert.deepEqual(ports.announced, [
        { name: 'registry.validation_failed', payload: { ...facts, origin: 'lamps/broken.ts' } },
      ])
      assert.deepEqual(lamps.refusals(), [
        { ...facts, origin: folder('lamps/broken.ts'), at: '2026-01-01T00:00:00.000Z' },
      ])
    })

    it('does not let go of a valid entry for an invalid replacement', () => {
      const valid = { name: 'broken', room: 'hall' }
      lamps.register(valid)
      assert.throws(() => lamps.replace(broken))
      assert.equal(lamps.get('broken'), valid)
    })

    it('remembers the last 500 refusals and counts all', () => {
      for (let i = 0; i < 503; i++) assert.throws(offer)
      assert.equal(lamps.refusals().length, 500)
      assert.equal(lamps.stats().refusals, 503)
    })

    it('is unhealthy until it has been registered after all', () => {
      assert.deepEqual(lamps.health(), { isHealthy: true })
      assert.throws(offer)
      const { isHealthy, message } = lamps.health()
      assert.equal(isHealthy, false)
      assert.match(message ?? '', /plugin broken from lamps\/broken\.ts was refused: `room` must be/)
      lamps.register({ name: 'broken', room: 'hall' })
      assert.deepEqual(lamps.health(), { isHealthy: true })
    })
  })

  it('stays healthy with a refused duplicate, because an entry of that name is there', () => {
    lamps.register(desk)
    assert.throws(() => lamps.register(desk))
    assert.equal(lamps.health().isHealthy, true)
  })

  it('takes entries away, and says whether there was one', () => {
    lamps.register(desk)
    assert.equal(lamps.unregister('desk'), true)
    assert.equal(lamps.unregister('desk'), false)
    assert.equal(lamps.get('desk'), undefined)
    lamps.register(desk)
    assert.equal(lamps.stats().unregistrations, 1)
  })

  it('logs every operation on an entry with the correlation id', () => {
    lamps.register(desk)
    lamps.replace(desk)
    assert.throws(() => lamps.register(desk))
    lamps.get('desk')
    assert.throws(() => lamps.require('dusk'))
    lamps.unregister('desk')
    assert.deepEqual(
      ports.lines.map(({ level, fields }) => `${level} ${fields.operation}`),
      ['info register', 'info replace', 'info refuse', 'debug look_up', 'debug look_up', 'info unregister'],
    )
    for (const { fields } of ports.lines) {
      assert.equal(fields.correlationId, 'correlation-1')
      assert.equal(fields.registry, 'lamps')
    }
  })

  it('counts its entries by origin and by group, and what happened to them', () => {
    lamps.register(desk, { origin: folder('a') })
    lamps.register(floor)
    lamps.register({ name: 'wall', room: 'hall' })
    lamps.replace(desk)
    ports.clock.nowMs += 1500
    assert.deepEqual(lamps.stats(), {
      registry: 'lamps',
      kind: 'plugin',
      entries: 3,
      byOrigin: { code: 3 },
      groups: { study: 1, hall: 2 },
      registrations: 4,
      replacements: 1,
      unregistrations: 0,
      refusals: 0,
      createdAt: '2026-01-01T00:00:00.000Z',
      uptimeMs: 1500,
    })
  })
})
