import assert from 'node:assert/strict'
import type { ExporterDefinition } from '../../../core/contracts/exporter.js'
import { ExporterRegistry } from '../../../core/registry/exporter-registry.js'
import { folder, type RecordedPorts, recordedPorts } from './registry-ports.js'

function exporter(name: string, overrides: Partial<ExporterDefinition> = {}): ExporterDefinition {
  return {
    name,
    formats: [name],
    contentType: 'text/plain',
    fileExtension: 'txt',
    async *export() {
      yield ''
    },
    ...overrides,
  }
}

describe('The exporter registry', () => {
  let ports: RecordedPorts
  let exporters: ExporterRegistry

  beforeEach(() => {
    ports = recordedPorts()
    exporters = new ExporterRegistry(ports)
  })

  it('finds exporters by format, whatever its case', () => {
    const yaml = exporter('yaml', { formats: ['YAML', 'yml'] })
    exporters.register(yaml)
    for (const format of ['yaml', 'YAML', 'Yml', ' yml ']) assert.equal(exporters.forFormat(format), yaml, format)
    assert.deepEqual(exporters.formats(), ['yaml', 'yml'])
    assert.equal(exporters.supports('yAml'), true)
    assert.equal(exporters.supports('xml'), false)
  })

  it('takes the highest priority first, among equals the one registered first', () => {
    const [plain, second, fast, slow] = [
      exporter('plain', { formats: ['csv'] }),
      exporter('second', { formats: ['CSV'], priority: 0 }),
      exporter('fast', { formats: ['csv'], priority: 10 }),
      exporter('slow', { formats: ['csv'], priority: -1 }),
    ]
    for (const one of [slow, plain, second, fast]) exporters.register(one!)
    assert.deepEqual(exporters.allForFormat('csv'), [fast, plain, second, slow])
    assert.equal(exporters.forFormat('csv'), fast)
  })

  it('lists the formats where one is unknown', () => {
    exporters.register(exporter('json'))
    exporters.register(exporter('csv'))
    assert.throws(() => exporters.forFormat('jsn'), {
      code: 'UNKNOWN_EXPORT_FORMAT',
      message: 'No exporter serves the format "jsn". Expected one of "csv", "json". Did you mean "json"?',
    })
  })

  it('says so where there is no exporter', () => {
    assert.throws(() => exporters.forFormat('json'), /no exporter is registered/)
  })

  it('selects an exporter by name, which must serve the format', () => {
    exporters.register(exporter('fast', { formats: ['csv'], priority: 10 }))
    const mine = exporter('mine', { formats: ['csv'] })
    exporters.register(mine)
    assert.equal(exporters.select('mine', 'CSV'), mine)
    assert.throws(() => exporters.select('mine', 'json'), {
      code: 'UNKNOWN_EXPORT_FORMAT',
      message: /Exporter mine does not serve the format "json"\. Expected "csv"/,
    })
    assert.throws(() => exporters.select('mien', 'csv'), { code: 'ENTRY_NOT_FOUND' })
  })

  it('announces what joined and what left, formats in lower case', () => {
    exporters.register(exporter('yaml', { formats: ['YAML', 'yml', 'yaml'] }), { origin: folder('exporters') })
    exporters.unregister('yaml')
    exporters.unregister('yaml')
    assert.deepEqual(ports.announced, [
      {
        name: 'export.plugin_registered',
        payload: { exporter: 'yaml', formats: ['yaml', 'yml'], origin: 'exporters' },
      },
      { name: 'export.plugin_unregistered', payload: { exporter: 'yaml', formats: ['yaml', 'yml'] } },
    ])
    assert.deepEqual(exporters.formats(), [])
  })

  it('announces a replacement once: the conflict, who left and who joined', () => {
    exporters.register(exporter('yaml', { formats: ['yaml', 'yml'] }))
    ports.announced.length = 0
    exporters.register(exporter('yaml'), { replace: true })
    assert.deepEqual(ports.names(), [
      'registry.conflict_resolved',
      'export.plugin_unregistered',
      'export.plugin_registered',
    ])
    assert.deepEqual(exporters.formats(), ['yaml'])
  })

  it('counts exporters by format', () => {
    exporters.register(exporter('yaml', { formats: ['yaml', 'yml'] }))
    exporters.register(exporter('mine', { formats: ['YML'] }))
    const { formats, groups } = exporters.stats()
    assert.deepEqual({ formats, groups }, { formats: ['yaml', 'yml'], groups: { yaml: 1, yml: 2 } })
  })

  it('takes an exporter whose methods are those of a class', () => {
    class Text implements ExporterDefinition {
      readonly name = 'text'
      readonly formats = ['text']
      readonly contentType = 'text/plain'
      readonly fileExtension = 'txt'
      async *export() {
        yield this.name
      }
    }
    exporters.register(new Text())
    assert.equal(exporters.forFormat('text').name, 'text')
  })

  describe('offered what is no exporter', () => {
    const problem = (overrides: object) => {
      assert.throws(() => exporters.register({ ...exporter('yaml'), ...overrides } as never), {
        code: 'INVALID_REGISTRATION',
      })
      return (ports.payloads('registry.validation_failed')[0]!.problems as string[]).join()
    }
    const signature = '`export` must be an async generator function (records, context) => chunks; found'

    it('names the subject, what is missing, what was found and the way out', () => {
      assert.throws(
        () => exporters.register({ ...exporter('yaml'), export: undefined } as never, { origin: folder('yaml.ts') }),
        {
          message:
            `exporter yaml: ${signature} undefined. ` +
            'It comes from yaml.ts; correct it there, or take it out of the configuration.',
        },
      )
    })
    it('names every problem', () => {
      assert.throws(
        () => exporters.register({ name: 'yaml' } as never),
        (error: { problems: string[] }) => {
          assert.deepEqual(
            error.problems.map((one) => one.split(' ')[0]),
            ['`formats`', '`contentType`', '`fileExtension`', '`export`'],
          )
          return true
        },
      )
    })
    it('refuses a function that gives a promise instead of chunks', () => {
      assert.equal(problem({ export: async () => [] }), `${signature} an async function with 0 parameters`)
    })
    it('refuses a generator that cannot wait for records', () => {
      assert.equal(problem({ *export() {} }), `${signature} a generator function that is not async with 0 parameters`)
    })
    it('refuses an export that expects more than it is given', () => {
      assert.equal(
        problem({ async *export(_a: 1, _b: 1, _c: 1) {} }),
        `${signature} an async generator function with 3 parameters`,
      )
    })
    it('refuses formats that are no list, an empty list, or hold no text', () => {
      const expected = '`formats` must be a list of at least one text; found'
      assert.equal(problem({ formats: 'yaml' }), `${expected} "yaml"`)
    })
    it('refuses an empty list of formats', () => {
      assert.match(problem({ formats: [] }), /found an empty list$/)
    })
    it('refuses an extension with a dot, a content type without a slash, a priority that is no number', () => {
      assert.match(
        problem({ fileExtension: '.yaml', contentType: 'yaml', priority: 'high' }),
        /media type.*found "yaml".*without its dot.*found "\.yaml".*`priority` must be a number; found "high"/,
      )
    })
    it('refuses a promise of an exporter with the hint to await it', () => {
      assert.throws(() => exporters.register(Promise.resolve(exporter('yaml')) as never), /exporter \(unnamed\)/)
    })
  })
})
