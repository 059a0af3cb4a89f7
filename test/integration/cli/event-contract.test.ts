import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CliProject } from './cli-project.js'

describe('the contract of events on the command line', function () {
  this.timeout(120_000)

  let project: CliProject

  before(async () => {
    project = await CliProject.create()
    await declare({ schema: paid, durable: true })
  })
  after(() => project.remove())

  const paid = {
    type: 'object',
    properties: { orderId: { type: 'integer' }, via: { enum: ['card', 'cash'] } },
    required: ['orderId', 'via'],
  }

  /** One custom event in the configuration, one in a task file. */
  async function declare(entry: object): Promise<void> {
    const config = `export default { handlers: ['./handlers'], customEvents: { 'order.paid': ${JSON.stringify(entry)} } }\n`
    await writeFile(join(project.folder, 'tasker.config.ts'), config)
    const yaml = [
      'name: parcels',
      'version: "1.0.0"',
      'handlers: ./parcels.ts',
      'custom_events:',
      '  - name: parcel.sent',
      '    description: A parcel left the house.',
      '    schema: { type: object, properties: { parcel: { type: string } } }',
      'step_templates:',
      '  - name: send',
      '    handler: send',
    ]
    await writeFile(join(project.folder, 'handlers/parcels.task.yaml'), yaml.join('\n'))
    await writeFile(join(project.folder, 'handlers/parcels.ts'), 'export const send = async () => 1\n')
  }

  it('shows the version and an example, of custom events from configuration and task files as well', async () => {
    const shown = await project.json<{ example: unknown; contractVersion: string | null }>(
      ...['events', 'show', 'order.paid', '--json'],
    )
    assert.deepEqual([shown.example, shown.contractVersion], [{ orderId: 1, via: 'card' }, null])
    const parcel = await project.json<{ example: unknown }>('events', 'show', 'parcel.sent', '--json')
    assert.deepEqual(parcel.example, { parcel: 'parcel' })
    const { output } = await project.call('events', 'show', 'task.failed')
    assert.match(output, /version {2,}1 of its payload, in version 1\.\d+\.\d+ of the contract/)
    assert.match(output, /"message": "the card was stolen"/)
  })

  it('prints it to keep, and says later what has changed, with exit code 1 where that breaks a subscriber', async () => {
    const { output } = await project.call('events', 'contract')
    await writeFile(join(project.folder, 'events.json'), output)
    const same = await project.call('events', 'diff', 'events.json')
    assert.deepEqual([same.code, /no difference/.test(same.output)], [0, true], same.errors)

    await declare({ schema: { ...paid, properties: { ...paid.properties, note: { type: 'string' } } }, durable: true })
    const more = await project.call('events', 'diff', 'events.json')
    assert.equal(more.code, 0)
    assert.match(more.output, /new, and breaks nothing \(1\)\n {2}order\.paid: payload\.note is new, and may be absent/)

    await declare({ schema: { ...paid, properties: { ...paid.properties, via: { enum: ['card'] } }, required: [] } })
    const less = await project.call('events', 'diff', 'events.json', '--json')
    assert.equal(less.code, 1)
    const { isBreaking, changes } = JSON.parse(less.output)
    assert.equal(isBreaking, true)
    assert.deepEqual(
      changes.map(({ path, change }: { path: string; change: string }) => `${path} ${change}`),
      [
        ' is not durable any more',
        'payload.orderId was always there, may now be absent',
        'payload.via was always there, may now be absent',
        'payload.via is never "cash" any more',
      ],
    )
  })

  it('compares files and releases with each other, and with a list of events', async () => {
    const { output } = await project.call('events', 'list', '--json')
    await writeFile(join(project.folder, 'list.json'), output)
    const fromRelease = await project.call('events', 'diff', '1.0.0', 'list.json')
    assert.equal(fromRelease.code, 0, fromRelease.output)
    assert.match(fromRelease.output, /order\.paid: is new/)
    const backwards = await project.call('events', 'diff', 'list.json', '1.0.0')
    assert.equal(backwards.code, 1)
    assert.match(backwards.output, /breaks subscribers \(2\)\n {2}order\.paid: is gone/)
  })

  it('prints an AsyncAPI document with the custom events', async () => {
    const { output } = await project.call('events', 'contract', '--format', 'asyncapi')
    assert.match(output, /^asyncapi: 3\.0\.0\n/)
    assert.match(output, /\n {2}parcel\.sent:\n/)
  })

  it('says what is wrong with what it was given, and what to do', async () => {
    await writeFile(join(project.folder, 'other.json'), '{"events": [1]}')
    for (const [named, expected] of [
      ['9.9.9', /no version "9\.9\.9" of the contract was released.*one of 1\.0\.0/s],
      ['missing.json', /there is no file "missing\.json".*events contract > events\.json/s],
      ['other.json', /holds no contract of events/],
      ['tasker.config.ts', /is no JSON/],
    ] as const) {
      const { code, errors } = await project.call('events', 'diff', named)
      assert.equal(code, 2)
      assert.match(errors, expected)
    }
    const text = await readFile(join(project.folder, 'other.json'), 'utf8')
    assert.equal(text, '{"events": [1]}')
  })
})
