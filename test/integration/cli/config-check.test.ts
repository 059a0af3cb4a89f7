import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { CliProject } from './cli-project.js'

interface Check {
  readonly ok: boolean
  readonly found: Readonly<Record<string, number>>
  readonly refused: readonly { kind: string; name: string; origin: string; problems: readonly string[] }[]
  readonly notes: readonly string[]
}

describe('config check', function () {
  this.timeout(120_000)

  let project: CliProject

  before(async () => {
    project = await CliProject.create()
    const settings = "{ handlers: ['./handlers'], subscribers: ['./subscribers'], exporters: ['./exporters'] }"
    await project.write('tasker.config.ts', `export default ${settings}\n`)
    await project.write('subscribers/pager.subscriber.ts', subscriber("'task.failed': () => 1"))
  })
  after(() => project.remove())

  const subscriber = (on: string) =>
    `import { defineSubscriber } from 'tasker'\nexport const s = defineSubscriber({ name: 's', on: { ${on} } as never })\n`

  it('says what was found where nothing is wrong', async () => {
    await project.write('exporters/lines.exporter.ts', exporter)
    const { code, output } = await project.call('config', 'check')
    assert.equal(code, 0, output)
    assert.match(
      output,
      /tasker\.config\.ts is valid.*\nfound: 3 handlers, \d+ subscribers, \d+ exporters, \d+ plugins?; nothing was refused\n$/,
    )
  })

  it('says of each file, value and package that is refused where it is, why, and what to do, and ends with 2', async () => {
    const wrong: Readonly<Record<string, string>> = {
      'handlers/five.task.ts': 'export const five = 5\n',
      'handlers/boom.task.ts': "\nthrow new Error('boom')\n",
      'handlers/typo.task.yaml': 'name: x\nstep_templates:\n  - name: a\n    handlr: b\n',
      'subscribers/typo.subscriber.ts': subscriber("'task.complete': () => 1"),
      'node_modules/tasker-bad/package.json':
        '{"name": "tasker-bad", "version": "1.0.0", "tasker": {"exporters": "./no.js"}}',
      'node_modules/tasker-next/package.json':
        '{"name": "tasker-next", "version": "1.0.0", "tasker": {"plugins": "./p.js"}, "peerDependencies": {"tasker": "^99.0.0"}}',
      'package.json': '{"name": "shop", "type": "module", "dependencies": {"tasker-bad": "*", "tasker-next": "*"}}',
    }
    for (const [path, text] of Object.entries(wrong)) await project.write(path, text)
    const check = await project.json<Check>('config', 'check', '--json')
    const said = (origin: string) => check.refused.find((part) => part.origin.includes(origin))?.problems.join(' ')
    assert.equal(check.ok, false)
    assert.match(said('five.task.ts') ?? '', /exports nothing that can be registered.*Received the exports five/)
    assert.match(said('boom.task.ts') ?? '', /boom\.task\.ts:2:\d+ could not be loaded: boom/)
    assert.match(said('typo.task.yaml') ?? '', /typo\.task\.yaml:4:5 .*"handlr"; did you mean "handler"\?/s)
    assert.match(said('typo.subscriber.ts') ?? '', /"task\.complete".*did you mean "task\.completed"\?/)
    assert.match(said('tasker-bad') ?? '', /no\.js could not be loaded/)
    assert.match(said('tasker-next') ?? '', /\^99\.0\.0/)

    const { code, output } = await project.call('config', 'check')
    assert.equal(code, 2)
    assert.match(output, /\n6 refused\n/)
    for (const path of Object.keys(wrong)) await rm(join(project.folder, path))
    await rm(join(project.folder, 'node_modules'), { recursive: true })
  })

  it('notes a folder in which nothing was found, because the names of its files lack their ending', async () => {
    await rm(join(project.folder, 'exporters'), { recursive: true })
    await project.write('exporters/lines.ts', exporter)
    const { code, output } = await project.call('config', 'check')
    assert.equal(code, 0)
    assert.match(
      output,
      /note: exporters: nothing was found in \.\/exporters\..*\.exporter\.ts; exporters\/lines\.ts does not\./,
    )
  })
})

const exporter = `import { defineExporter } from 'tasker'
export const lines = defineExporter({
  name: 'lines', formats: ['lines'], contentType: 'text/plain', fileExtension: 'txt',
  async *export(records) { for await (const record of records) yield JSON.stringify(record) },
})
`
