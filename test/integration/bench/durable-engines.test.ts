import assert from 'node:assert/strict'
import { settingsFor } from '../../../bench/durable/bench-run.js'
import { requireContender } from '../../../bench/durable/contenders.js'
import { EngineHost } from '../../../bench/durable/engine-host.js'
import type { EngineAnswer } from '../../../bench/durable/engine-messages.js'
import { requireShape } from '../../../bench/durable/shapes.js'
import { withClient } from '../../../bench/durable/sql.js'
import { testDatabaseUrl } from '../../support/postgres.js'
import { openTestSchema } from '../../support/test-schema.js'

const shape = requireShape('linear4')
const tasks = 5

/** Runs some tasks at once and one alone, as the benchmark does. */
async function runSome(engine: string, url: string, tuning: Readonly<Record<string, string>>): Promise<EngineAnswer> {
  const host = await EngineHost.open(requireContender(engine), {
    ...settingsFor({ url, redis: undefined }, shape),
    tuning,
  })
  try {
    const allEnded = new Promise<void>((resolve) => {
      host.onProgress(() => {
        if (host.progress.tasksEnded === tasks) resolve()
      })
    })
    await host.ask({ ask: 'create', tasks })
    await allEnded
    return await host.ask({ ask: 'one', times: 1 })
  } finally {
    await host.close()
  }
}

describe('the benchmark of durable engines', () => {
  it('writes by its floor what Tasker writes', async function () {
    const url = testDatabaseUrl()
    if (url === undefined) this.skip()
    const [own, floor] = [await openTestSchema(), await openTestSchema()]
    try {
      const [ownSchema, floorSchema] = [own.database!.schema, floor.database!.schema]
      const answers = [
        await runSome('tasker', url, { schema: ownSchema }),
        await runSome('floor', url, { schema: floorSchema, batch: '8', recorded: '4' }),
      ]
      for (const { stepsRan, latenciesMs, cpuMs, peakRssMb } of answers) {
        assert.equal(stepsRan, (tasks + 1) * shape.steps.length)
        assert(latenciesMs.length === 1 && latenciesMs[0]! > 0)
        assert(cpuMs > 0 && peakRssMb > 10)
      }
      const [expected, found] = [await finalRows(url, ownSchema), await finalRows(url, floorSchema)]
      assert.equal(expected.length, 3)
      assert.deepEqual(
        found.map(({ bytes: _, ...row }) => row),
        expected.map(({ bytes: _, ...row }) => row),
      )
      for (const [index, { what, bytes }] of expected.entries()) {
        const ratio = found[index]!.bytes / bytes
        assert(ratio > 0.9 && ratio < 1.1, `${what}: the floor stores ${ratio} times the bytes`)
      }
    } finally {
      await own.close()
      await floor.close()
    }
  })
})

interface FinalRows {
  readonly what: string
  readonly state: string
  readonly rows: number
  readonly bytes: number
}

/** How many rows there are of each kind after the end of all tasks, and how much text they are. */
function finalRows(url: string, schema: string): Promise<FinalRows[]> {
  const rowsOf = (table: string, state: string) =>
    `select '${table}' as what, ${state} as state, count(*)::int as rows, sum(length(t::text))::int as bytes
     from "${schema}".${table} t where t::text like '%bench%' or t::text like '%step_%' group by 1, 2`
  const parts = [rowsOf('tasks', 'state'), rowsOf('steps', 'state'), rowsOf('event_log', "''")]
  return withClient(url, async (client) => {
    const sql = `${parts.join(' union all ')} order by 1`
    return (await client.query<FinalRows>(sql)).rows
  })
}
