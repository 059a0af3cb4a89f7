import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { graphDocument } from '../../../core/cli/commands/graph.js'
import type { TaskDocument } from '../../../core/cli/task-document.js'
import type { DatabaseInfo } from '../../../core/kernel/tasker.js'
import type { TaskAnalysis } from '../../../core/workflow/analysis/analyse-task.js'
import { runSql } from '../../support/run-sql.js'
import { CliProject, taskerBin } from './cli-project.js'

describe('tasker, the command, on an embedded database', function () {
  this.timeout(60_000)
  let project: CliProject
  let complete: TaskDocument
  let failed: TaskDocument

  before(async () => {
    project = await CliProject.create()
    complete = await project.json(
      'run',
      'payments/process_order@^2',
      '--context',
      '{"orderId": 1, "card": "4711"}',
      '--json',
    )
    failed = await project.json('run', 'payments.refused', '--json')
  })

  after(() => project.remove())

  it('runs a task to its end and gives it with its steps, secrets masked', () => {
    const { task, steps } = complete
    assert.equal(task.state, 'complete')
    assert.deepEqual(task.context, { orderId: 1, card: '[FILTERED]' })
    assert.equal(task.version, '2.1.0')
    assert.deepEqual(
      steps.map(({ name, state, dependsOn }) => [name, state, dependsOn]),
      [
        ['load_order', 'complete', []],
        ['charge', 'complete', ['load_order']],
        ['reserve', 'complete', ['load_order']],
        ['confirm', 'complete', ['charge', 'reserve']],
      ],
    )
    assert.deepEqual(steps[1]!.results, { charged: 99.9, token: '[FILTERED]' })
  })

  it('ends with 1 when the task fails, and still gives it', async () => {
    assert.equal(failed.task.state, 'error')
    assert.equal(failed.steps[0]!.error?.code, 'CARD_STOLEN')
    const { code, output, errors } = await project.call('run', 'payments/refused')
    assert.equal(code, 1)
    assert.match(output, /charge failed after .*CARD_STOLEN/)
    assert.match(errors, /ended in error[\s\S]*tasker tasks show/)
    assert.doesNotMatch(errors, /^\{/m, 'the log says what the picture says already')
  })

  it('draws the graph of a task', async () => {
    const graph = await project.json<ReturnType<typeof graphDocument>>('graph', 'payments/process_order', '--json')
    assert.deepEqual(graph.levels, [['load_order'], ['charge', 'reserve'], ['confirm']])
    assert.deepEqual(graph.analysis.roots, ['load_order'])
    assert.deepEqual(graph.analysis.bottlenecks[0]?.step, 'load_order')
    assert.deepEqual(graph.longestPath, ['load_order', 'charge', 'confirm'])
    assert.match(
      (await project.call('graph', 'payments/process_order')).output,
      /longest path: load_order → charge → confirm/,
    )
  })

  it('lists the exporters of the package, and custom events beside the built-in ones', async () => {
    const exporters = await project.json<{ name: string; formats: string[] }[]>('exporters', 'list', '--json')
    assert.ok(exporters.some(({ formats }) => formats.includes('csv')))
    const events = await project.json<{ name: string; durable: boolean }[]>('events', 'list', '--json')
    assert.equal(events.find(({ name }) => name === 'order.fulfilled')?.durable, true)
    assert.equal(events.filter(({ name }) => !name.startsWith('order.')).length, 56)
  })

  it('looks at the project without its database, which need not even be there', async () => {
    const database = "import { defineConfig } from 'tasker'\nexport default defineConfig({ handlers: ['./handlers'], "
    await project.write('away.config.ts', `${database}database: { url: 'postgres://nobody@127.0.0.1:1/nowhere' } })\n`)
    const handlers = await project.json<{ name: string }[]>(
      ...['handlers', 'list', '--config', 'away.config.ts', '--json'],
    )
    assert.ok(handlers.some(({ name }) => name === 'payments.process_order@2.1.0'))
    const { code, errors } = await project.call('tasks', 'list', '--config', 'away.config.ts')
    assert.equal(code, 1)
    assert.match(errors, /^error: .*database/i, 'what needs it says that it does not answer')
  })

  it('prints and checks the configuration, and says where the database stands', async () => {
    const config = await project.json<{ values: { handlers: string[] } }>('config', 'print', '--json')
    assert.deepEqual(config.values.handlers, ['./handlers'])
    assert.equal((await project.call('config', 'check')).code, 0)
    await project.write('wrong.config.ts', 'export default { handlerz: [] }')
    const wrong = await project.call('config', 'check', '--config', 'wrong.config.ts')
    assert.equal(wrong.code, 2)
    assert.match(wrong.errors, /handlerz.*"?handlers"?/)
    const status = await project.json<{ kind: string; executed: string[]; pending: string[] }>('db', 'status', '--json')
    assert.equal(status.kind, 'embedded')
    assert.ok(status.executed.length > 0)
    assert.deepEqual(status.pending, [])
  })

  describe('beside a worker, whose database it reaches', () => {
    before(async () => {
      await project.start('start').said(/worker started/)
    })

    it('ends with 2 and an empty standard output when the call is wrong', async () => {
      const wrong = [
        ['run', 'payments/process_ordr', '--json'],
        ['run', 'payments/process_order', '--context', '{"orderId": "x"}', '--json'],
        ['tasks', 'show', '0197c0de-0000-7000-8000-000000000001', '--json'],
        ['export', 'tasks', '--format', 'csvv'],
        ['events', 'tail', '--names', 'workflow.*', '--no-follow'],
        ['events', 'tail', '--names', 'orderr.*', '--no-follow'],
      ]
      for (const args of wrong) {
        const { code, output, errors } = await project.call(...args)
        assert.deepEqual([code, output], [2, ''], `${args.join(' ')}: ${errors}`)
        assert.match(errors, /^error: /)
      }
    })

    it('lists what was found, and what was refused and why', async () => {
      await project.write('handlers/broken/bad.task.ts', 'export const x = definitely not code')
      try {
        const handlers = await project.json<{ name: string; refused: boolean; problems?: string[]; origin: string }[]>(
          ...['handlers', 'list', '--json'],
        )
        const found = handlers.find(({ name }) => name === 'payments.process_order@2.1.0')
        assert.equal(found?.refused, false)
        assert.match(found.origin, /handlers\/payments\/orders\.task\.ts/)
        const refused = handlers.filter((handler) => handler.refused)
        assert.equal(refused.length, 1)
        assert.match(refused[0]!.problems![0]!, /bad\.task\.ts/)
        assert.equal((await project.call('run', 'payments/refused')).code, 2, 'what does not load is not ignored')
        const list = await project.call('tasks', 'list')
        assert.equal(list.code, 0, 'commands on tasks go on')
        assert.match(list.errors, /refused; see `tasker handlers list`/)
      } finally {
        await rm(join(project.folder, 'handlers/broken'), { recursive: true })
      }
    })

    it('lists tasks by their filters', async () => {
      const ids = async (...filters: string[]) =>
        (await project.json<{ id: string }[]>('tasks', 'list', '--json', ...filters)).map(({ id }) => id)
      assert.deepEqual(await ids('--name', 'process_order', '--state', 'complete'), [complete.task.id])
      assert.ok((await ids('--state', 'error', '--since', '1h')).includes(failed.task.id))
      assert.deepEqual(await ids('--namespace', 'nobody'), [])
      assert.equal((await ids('--limit', '1')).length, 1)
    })

    it('shows a task with its graph', async () => {
      const { output } = await project.call('tasks', 'show', failed.task.id)
      assert.match(output, /payments\.refused@1\.0\.0 {2}error/)
      assert.match(output, /✖ {2,}charge/)
      assert.match(output, /^charge +error +1\/3 .*CARD_STOLEN/m)
      assert.match(output, /^charge +CARD_STOLEN +its error is permanent +confirm$/m)
      assert.match(output, new RegExp(`^tasker steps resolve ${failed.task.id}/charge --results '<json>'$`, 'm'))
      assert.deepEqual(await project.json('tasks', 'show', failed.task.id, '--json'), { ...failed, annotations: [] })
    })

    it('analyses the graph of a task, in the states that its steps have', async () => {
      const { id } = failed.task
      const { steps, analysis } = await project.json<ReturnType<typeof graphDocument> & { analysis: TaskAnalysis }>(
        ...['graph', id, '--json'],
      )
      assert.deepEqual(
        steps.map(({ name, state, level }) => [name, state, level]),
        [
          ['charge', 'error', 1],
          ['confirm', 'pending', 2],
        ],
      )
      assert.deepEqual([analysis.taskId, analysis.blocked], [id, ['confirm']])
      assert.equal(analysis.errorChains.chains[0]?.error, 'CARD_STOLEN')
      assert.deepEqual(
        analysis.recoveries.map(({ action }) => action),
        ['resolve', 'retry'],
      )
      for (const format of ['text', 'mermaid', 'dot']) {
        const { output } = await project.call('graph', id, '--format', format)
        assert.match(
          output,
          { text: /✖ +charge/, mermaid: /"charge"\]:::error/, dot: /"charge" \[fillcolor=salmon/ }[format]!,
        )
      }
    })

    it('proposes commands that work as they stand', async () => {
      const { task } = await project.json<TaskDocument>('run', 'payments.refused', '--json')
      const { analysis } = await project.json<{ analysis: TaskAnalysis }>('graph', task.id, '--json')
      const resolve = analysis.recoveries.find(({ action }) => action === 'resolve')!
      const [program, ...words] = resolve.cli.replace(`'<json>'`, '{"charged":1}').split(' ')
      assert.equal(program, 'tasker')
      const { code, output } = await project.call(...words)
      assert.equal(code, 0)
      assert.match(output, /charge of .* is resolved_manually/)
    })

    it('resolves a step with results, and retries and resolves tasks', async () => {
      const { id } = failed.task
      const step = await project.json<{ state: string; results: unknown }>(
        ...['steps', 'resolve', `${id}/charge`, '--results', '{"charged": 1}', '--reason', 'paid in cash', '--json'],
      )
      assert.deepEqual([step.state, step.results], ['resolved_manually', { charged: 1 }])
      const again = await project.json<TaskDocument>('run', 'payments/refused', '--json')
      const resolved = await project.json<TaskDocument>('tasks', 'resolve', again.task.id, '--json')
      assert.equal(resolved.task.state, 'resolved_manually')
      const { code, errors } = await project.call('tasks', 'cancel', again.task.id)
      assert.equal(code, 1)
      assert.match(errors, /^error: .*resolved_manually/)
    })

    it('tells who did it and why in the log', async () => {
      const { output } = await project.call('events', 'tail', '--task', failed.task.id, '--no-follow', '--json')
      const events = output
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
      const resolved = events.find(({ name }) => name === 'step.resolved_manually')
      assert.equal(resolved.payload.reason, 'paid in cash')
      assert.equal(resolved.payload.actor.kind, 'person')
    })

    it('tails custom events that steps published, whatever their durable says', async () => {
      const { code, output, errors } = await project.call(
        ...['events', 'tail', '--names', 'order.*', '--from', 'beginning', '--no-follow', '--json'],
      )
      assert.equal(code, 0, errors)
      const [event] = output.trim().split('\n')
      const { name, taskId, payload } = JSON.parse(event!)
      assert.deepEqual([name, taskId, payload], ['order.seen', complete.task.id, { by: 'confirm' }])
    })

    it('exports to standard output, and says on standard error what it did', async () => {
      const { code, output, errors } = await project.call(
        ...['export', 'steps', '--format', 'csv', '--task', complete.task.id, '--columns', 'name,state', '--json'],
      )
      assert.equal(code, 0)
      assert.equal(
        output.trim().split(/\r?\n/).join('|'),
        'name,state|load_order,complete|charge,complete|reserve,complete|confirm,complete',
      )
      const result = JSON.parse(errors)
      assert.deepEqual(Object.keys(result), ['exportId', 'records', 'bytes', 'durationMs', 'files'])
      assert.equal(result.records, 4)
      assert.ok(Number.isInteger(result.durationMs), String(result.durationMs))
    })

    it('exports to a file in the format that its name says', async () => {
      const result = await project.json<{ records: number }>('export', 'tasks', '--output', 'tasks.ndjson', '--json')
      const lines = (await readFile(join(project.folder, 'tasks.ndjson'), 'utf8')).trim().split('\n')
      assert.equal(lines.length, result.records)
    })

    it('verifies the log beside the worker, and ends with 1 where rows and log contradict each other', async () => {
      const clean = await project.call('verify', '--json')
      assert.deepEqual([clean.code, clean.errors], [0, ''])
      const report = JSON.parse(clean.output)
      assert.deepEqual(Object.keys(report), ['tasks', 'events', 'differences', 'stuck'])
      assert.deepEqual([report.tasks > 2, report.events > 20, report.differences, report.stuck], [true, true, [], []])
      assert.match((await project.call('verify')).output, /^log and rows agree, nothing is stuck: \d+ tasks/)
      const database = await project.json<DatabaseInfo>('db', 'status', '--json')
      const { id } = complete.task
      await runSql(database, `update SCHEMA.tasks set priority = priority + 3 where id = '${id}'`)
      const { code, output } = await project.call('verify', '--task', id)
      await runSql(database, `update SCHEMA.tasks set priority = priority - 3 where id = '${id}'`)
      assert.equal(code, 1)
      assert.equal(output.split('\n')[0], `task ${id}: priority is 3 in its row and 0 by the log`)
      assert.match(output, /1 differences, 0 stuck: 1 tasks/)
    })

    it('takes away what is old where somebody says how old, and says before what that would be', async () => {
      const unsaid = await project.call('db', 'retention')
      assert.equal(unsaid.code, 2)
      assert.match(unsaid.errors, /retention\.finishedTasksMs.*--older-than/)
      const plan = await project.json('db', 'retention', '--older-than', '90d', '--dry-run', '--json')
      assert.deepEqual(plan, { tasks: 0, partitions: [] })
      const { code, output } = await project.call('db', 'retention', '--older-than', '90d')
      assert.deepEqual([code, output], [0, 'took away 0 tasks with 0 entries of the log\n'])
    })

    it('ends quietly when nobody reads on', async () => {
      const child = spawn(process.execPath, [taskerBin, 'events', 'tail', '--from', 'beginning', '--json'], {
        cwd: project.folder,
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      let errors = ''
      child.stderr.on('data', (chunk) => {
        errors += chunk
      })
      child.stdout.once('data', () => child.stdout.destroy())
      const closed = new Promise((resolve) => child.on('close', resolve))
      // A process of its own, which takes as long to start as the reader does: that one opens the database first.
      const writer = await project.start('run', 'payments/process_order', '--context', '{"orderId": 2}').ended
      assert.equal(writer.code, 0, writer.errors)
      assert.deepEqual([await closed, errors], [0, ''])
    })
  })
})
