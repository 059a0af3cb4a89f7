import assert from 'node:assert/strict'
import { parse } from 'csv-parse/sync'
import { ExampleProject, type StartResult } from './example-project.js'
import { assertLogIsWhole, type ExportedStep, type ExportedTask } from './exported-log.js'

describe('npm start', function () {
  this.timeout(120_000)

  let project: ExampleProject
  let first: StartResult

  before(async () => {
    project = await ExampleProject.create()
    first = await project.start()
  })

  after(async () => {
    await project[Symbol.asyncDispose]()
  })

  it('ends well, and says nothing on standard error', () => {
    assert.deepEqual([first.code, first.stderr], [0, ''])
    assert.match(first.stdout, /✔ 3 tasks complete\n$/)
  })

  it('shows what discovery found, the subscriber and the exporter among it', () => {
    assert.match(first.stdout, /subscriber +milestones +examples\/subscribers\/milestones\.subscriber\.ts/)
    assert.match(first.stdout, /exporter +markdown +examples\/exporters\/markdown\.exporter\.ts/)
  })

  it('shows the graph of each workflow and version', () => {
    for (const title of [
      'analytics.flight_delays@1.0.0',
      'commerce.process_order@1.0.0',
      'commerce.process_order@2.0.0',
    ]) {
      assert.match(first.stdout, new RegExp(`\n${title}\n\n1 +●`))
    }
    assert.match(first.stdout, /longest path: extract_flights → validate → join/)
  })

  it('shows the steps as they run', () => {
    assert.match(first.stdout, /extract_airports will be tried again, attempt 2 of 3 in 0\.3s/)
    assert.match(first.stdout, /charge complete in \d+ms/)
  })

  it('sums up steps, events by family and files', () => {
    const summary = first.stdout.slice(first.stdout.indexOf('\nSteps\n'))
    assert.match(summary, /flight_delays@1\.0\.0 +extract_flights +complete +1 +\d+ ms/)
    assert.match(summary, /\n +extract_airports +complete +2 +\d+ ms/)
    for (const family of ['task', 'step', 'workflow', 'observability', 'export', 'registry', 'order']) {
      assert.match(summary, new RegExp(`\n  ${family} +[1-9]\\d* +[1-9]`))
    }
    assert.match(summary, /\.tasker\/out\/events\.csv +exporter csv +\d+/)
  })

  it('exports tasks, steps and events as JSON and as CSV, the same number of records', async () => {
    for (const source of ['tasks', 'steps', 'events']) {
      const json = await project.json<unknown[]>(`${source}.json`)
      const csv = parse(await project.text(`${source}.csv`), { columns: true })
      assert.ok(json.length > 0)
      assert.equal(csv.length, json.length, source)
    }
  })

  it('runs both versions of process_order, and fails an upstream once', async () => {
    const tasks = await project.json<ExportedTask[]>('tasks.json')
    assert.deepEqual(tasks.map(({ name, version }) => `${name} ${version}`).sort(), [
      'flight_delays 1.0.0',
      'process_order 1.0.0',
      'process_order 2.0.0',
    ])
    const steps = await project.json<ExportedStep[]>('steps.json')
    assert.deepEqual(
      steps.filter(({ attempts }) => attempts !== 1).map(({ name, attempts }) => [name, attempts]),
      [['extract_airports', 2]],
    )
  })

  it('has the custom event of each order in the log', async () => {
    const events = await project.json<{ name: string; payload: { version: string } }[]>('events.json')
    const fulfilled = events.filter(({ name }) => name === 'order.fulfilled').map(({ payload }) => payload.version)
    assert.deepEqual(fulfilled.sort(), ['1.0.0', '2.0.0'])
  })

  it('masks the numbers of cards in what it exports', async () => {
    for (const name of ['tasks.json', 'tasks.csv', 'events.json', 'events.csv', 'steps.json']) {
      assert.doesNotMatch(await project.text(name), /4111111111111111|5500005555555559/, name)
    }
  })

  it('writes a report about the real flights', async () => {
    const report = await project.text('flight-delays.md')
    assert.match(report, /20000 departures from 2001\/01\/01 to 2001\/03\/31, 0 of them rejected/)
    assert.match(
      report,
      /## Where passengers wait longest\s+\| airport .*\n.*\n\| JFK New York, NY \| 200 \| 16\.2 min \|/,
    )
  })

  it('has the work of its own subscriber and exporter to show', async () => {
    assert.match(await project.text('milestones.log'), /order 1001 is on its way/)
    assert.match(
      await project.text('steps.md'),
      /\| commerce \| process_order \| 2\.0\.0 \| check_fraud \| complete \| 1 \|/,
    )
  })

  it('works a second time as the first', async () => {
    const second = await project.start()
    assert.deepEqual([second.code, second.stderr], [0, ''])
    assert.match(second.stdout, /✔ 3 tasks complete\n$/)
    await assertLogIsWhole(project)
    const orders = (await project.charges()).map(({ orderId }) => orderId)
    assert.deepEqual(orders.sort(), [1001, 1002, 1003, 1004])
  })

  it('ends with 1 and one message when it cannot begin', async () => {
    const { code, stderr } = await project.start({ env: { DATABASE_URL: 'mysql://nowhere' } })
    assert.equal(code, 1)
    assert.match(stderr, /^✖ .*database\.url/s)
    assert.doesNotMatch(stderr, /\n +at /)
  })
})
