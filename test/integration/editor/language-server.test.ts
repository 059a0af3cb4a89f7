import assert from 'node:assert/strict'
import { join } from 'node:path'
import { configKeys } from '../../../core/config/config-keys.js'
import { lifecycleEventNames } from '../../../core/events/event-catalogue.js'
import { type GuideProject, openGuideProject } from '../../support/docs/guide-project.js'
import { LanguageServer, type OpenFile } from '../../support/editor/language-server.js'

const code = `
import { createTasker, defineConfig, defineExporter, definePlugin, defineSubscriber, defineTask } from 'tasker'
import { Type } from 'typebox'

export const pager = defineSubscriber({
  name: 'pager',
  on: {
    'task.failed': ({ payload, position }) => [payload.blockedSteps, payload.error.category, position],
    'step.*': (some) => some.payload.attempt,
    '',
  },
})

await using tasker = await createTasker()
tasker.events.on('step.failed', (failed) => failed.payload.)
tasker.events.on('', () => {})

export const config = defineConfig({
  execution: { concurrentTasks: 5,  },
  events: { circuitBreaker: { failures: 3 } },
  environments: { production: { logging: { level: 'warn' } } },
})

export const task = defineTask({ name: 'a', version: '1.0.0', timeoutMs: 60_000, context: Type.Object({ orderId: Type.Integer() }) })
  .step('load', async ({ context, idempotencyKey }) => ({ total: 1, id: context.orderId, idempotencyKey }))
  .step('charge', { dependsOn: ['load'], skippable: true, onFailure: 'skip', retry: { limit: 3 },  }, async ({ results }) => results.load.)

export const other = defineTask({ name: 'b' })
  .step('pack', async () => 1)
  .step('label', async () => 2)
  .step('send', { dependsOn: [''] }, async () => 3)

await tasker.tasks.create(task, { context: { orderId: 1 }, bypassSteps: [] })
export const out = defineExporter({ name: 'x', formats: ['x'], contentType: 'a/b', fileExtension: 'x', async *export() {} })
export const plugin = definePlugin({ name: 'p', version: '1.0.0', setup({ hooks }) { return hooks } })
`

describe('an editor', function () {
  this.timeout(120_000)

  let project: GuideProject
  let server: LanguageServer
  let file: OpenFile

  before(async () => {
    project = await openGuideProject()
    server = await LanguageServer.start(project.folder)
    file = server.open(join(project.folder, 'tasker-in-an-editor.ts'), code)
  })

  after(async () => {
    await server[Symbol.asyncDispose]()
    await project[Symbol.asyncDispose]()
  })

  const labels = async (place: string) => (await file.complete(place)).map(({ label }) => label.replace(/\?$/, ''))

  it('proposes every event where a subscriber says what it listens to, wildcards included', async () => {
    const keys = await labels("    '|',")
    assert.deepEqual(
      lifecycleEventNames.filter((name) => !keys.includes(name)),
      [],
    )
    assert(['*', 'task.*', 'observability.step.*'].every((pattern) => keys.includes(pattern)))
    const names = await labels("events.on('|'")
    assert.deepEqual(
      lifecycleEventNames.filter((name) => !names.includes(name)),
      [],
    )
  })

  it('says of a proposed event what it means', async () => {
    const items = await file.complete("    '|',")
    const failed = items.find(({ label }) => label.startsWith('task.failed'))
    const { documentation } = await file.resolve(failed!)
    assert.match(JSON.stringify(documentation), /The task enters `error`\. Durable\./)
  })

  it('proposes the members of a payload, and nothing else', async () => {
    const members = ['namespace', 'taskName', 'version', 'stepName', 'attempt', 'retryLimit']
    assert.deepEqual(await labels('failed.payload.|)'), [...members, 'error', 'durationMs', 'willRetry'])
  })

  it('proposes settings, options of steps, results, and steps that may be depended on', async () => {
    const settings = configKeys.map(({ path }) => path).filter((path) => path.startsWith('execution.'))
    const proposed = await labels('concurrentTasks: 5, | }')
    assert.deepEqual(
      settings.map((path) => path.slice('execution.'.length)).filter((key) => !proposed.includes(key)),
      ['concurrentTasks'],
    )
    const options = await labels('retry: { limit: 3 }, | }')
    assert(
      ['timeoutMs', 'dependentSystem', 'priority', 'handlerConfig', 'results'].every((key) => options.includes(key)),
    )
    assert.deepEqual((await labels('results.load.|)')).sort(), ['id', 'idempotencyKey', 'total'])
    assert.deepEqual((await labels("dependsOn: ['|']")).sort(), ['label', 'pack'])
  })

  const meanings: readonly (readonly [string, RegExp])[] = [
    ["'task.fa|iled':", /The task enters `error`\. Durable\./],
    ["'step.|*':", /All 10 events whose names begin with `step\.`/],
    ['payload.blocked|Steps', /Steps that cannot run because of what failed/],
    ['payload.error.cat|egory', /What kind of failure it is/],
    ['({ payload, pos|ition })', /Where the event stands in the event log/],
    ['concurrent|Tasks: 5', /Most tasks that one worker runs at once\. Default 200\./],
    ['circuit|Breaker: {', /Pauses a subscriber that keeps failing/],
    ['fail|ures: 3', /Failures in a row after which a subscriber is paused\. Default 5\./],
    ['environ|ments: {', /Settings by environment/],
    ['le|vel: ', /The least severe level that is written\. Default 'info'\./],
    ['timeout|Ms: 60_000', /./],
    ["on|Failure: 'skip'", /./],
    ['retry: { lim|it', /Attempts in all, the first included/],
    ['async ({ context, idempotency|Key }', /The same for all attempts of this step/],
    ['bypass|Steps: []', /./],
    ['defineSub|scriber({', /Makes a subscriber/],
    ['content|Type: ', /./],
    ['file|Extension: ', /./],
    ['setup({ hoo|ks })', /./],
  ]
  for (const [place, expected] of meanings) {
    it(`says on hover what it is: ${place}`, async () => {
      const shown = await file.hover(place)
      const meaning = shown.replace(/^```\w+\n[\s\S]*?\n```/, '').trim()
      assert.match(meaning, expected, `the editor shows:\n${shown}`)
    })
  }
})
