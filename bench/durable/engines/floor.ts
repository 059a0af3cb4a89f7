import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import type { Engine, EngineSettings } from '../engine.js'
import { recordElsewhere } from '../record-elsewhere.js'
import { makeReplay, type Replay } from '../replay.js'
import { ReplayWriter } from '../replay-writer.js'
import type { Shape } from '../shapes.js'
import { withClient } from '../sql.js'
import { readTableShapes } from '../table-shapes.js'

const defaultSchema = 'bench_floor'
const replayedTasks = 16
/** Steps in one group, and groups side by side, each on a connection. */
const groupSizes = [
  { batch: 256, loops: 1 },
  { batch: 1024, loops: 1 },
  { batch: 4096, loops: 1 },
  { batch: 256, loops: 2 },
  { batch: 1024, loops: 2 },
  { batch: 4096, loops: 2 },
]
const stepsToTry = 12_288

interface GroupSize {
  /** Steps of all tasks in a group. */
  readonly batch: number
  readonly loops: number
}

/**
 * The limit of PostgreSQL itself: a bare loop that writes what Tasker writes, the same row versions with other ids, into the same
 * tables, in groups, one transaction for each commit of a group. No graph, no handlers, no locks, no checks. The size of the
 * groups, and whether one or two loops share the work, is found by trying.
 *
 * Tuning: `log: off` leaves the event log out; `batch` spares the tries, and `recorded` most of the recording;
 * `schema`, for tables elsewhere.
 */
export const engine: Engine = {
  async open(settings, watch) {
    const floor = await Floor.open(settings)
    const { batch } = settings.tuning
    const best = batch === undefined ? await floor.findGroupSize() : { batch: Number(batch), loops: 1 }
    await floor.empty()
    const { length } = settings.shape.steps
    const groupEnded = (tasks: number) => {
      for (let step = 0; step < tasks * length; step++) watch.stepRan()
      for (let task = 0; task < tasks; task++) watch.taskEnded()
    }
    return {
      createMany: (count) => floor.run(count, best, groupEnded),
      runOne: () => floor.run(1, best, groupEnded),
      close: () => floor.close(),
    }
  },
}

class Floor {
  readonly #clients: readonly Client[]
  readonly #replays: readonly Replay[]
  readonly #writer: ReplayWriter
  readonly #schema: string
  readonly #shape: Shape
  #turn = 0

  private constructor(
    clients: readonly Client[],
    replays: readonly Replay[],
    writer: ReplayWriter,
    { schema, shape }: { readonly schema: string; readonly shape: Shape },
  ) {
    this.#clients = clients
    this.#replays = replays
    this.#writer = writer
    this.#schema = schema
    this.#shape = shape
  }

  static async open(settings: EngineSettings): Promise<Floor> {
    const schema = settings.tuning.schema ?? defaultSchema
    const recorded = spread(
      await recordElsewhere(settings.url, schema, settings.shape, recordedTasks(settings)),
      replayedTasks,
    )
    const tables = await withClient(settings.url, (client) => readTableShapes(client, schema))
    const leavesOut = (table: string) => settings.tuning.log === 'off' && table === 'event_log'
    const replays = recorded.map((task, index) =>
      makeReplay(task, recorded[(index + 1) % recorded.length]!, tables, leavesOut),
    )
    const most = Math.max(...groupSizes.map(({ loops }) => loops))
    const clients = await Promise.all(Array.from({ length: most }, () => connect(settings.url)))
    return new Floor(clients, replays, new ReplayWriter(schema, tables), { schema, shape: settings.shape })
  }

  async run(tasks: number, { batch, loops }: GroupSize, groupEnded: (tasks: number) => void): Promise<void> {
    const tasksPerGroup = Math.max(1, Math.round(batch / this.#shape.steps.length))
    let left = tasks
    const loop = async (client: Client) => {
      while (left > 0) {
        const group = Math.min(tasksPerGroup, left)
        left -= group
        await this.#writer.write(client, this.#replays[this.#turn++ % this.#replays.length]!, group)
        groupEnded(group)
      }
    }
    await Promise.all(this.#clients.slice(0, loops).map(loop))
  }

  async findGroupSize(): Promise<GroupSize> {
    const tasks = Math.ceil(stepsToTry / this.#shape.steps.length)
    let best = { size: groupSizes[0]!, ms: Number.POSITIVE_INFINITY }
    for (const size of groupSizes) {
      const startedAt = performance.now()
      await this.run(tasks, size, () => {})
      const ms = performance.now() - startedAt
      if (ms < best.ms) best = { size, ms }
    }
    return best.size
  }

  /** Leaves no rows, and nothing that is counted as written. */
  async empty(): Promise<void> {
    const client = this.#clients[0]!
    const tables = await readTableShapes(client, this.#schema)
    const names = [...tables.keys()]
      .filter((table) => table !== 'migrations')
      .map((table) => `"${this.#schema}".${table}`)
    await client.query(`truncate ${names.join(', ')}`)
    // Connections count what they did when they end, a moment after that: those of the recorder, and those of the tries.
    for (const one of this.#clients) await one.query('select pg_stat_force_next_flush()')
    await sleep(200)
    await client.query(
      'select pg_stat_reset_single_table_counters(relid) from pg_stat_user_tables where schemaname = $1',
      [this.#schema],
    )
  }

  async close(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.end()))
  }
}

/** Enough tasks that most of them wait for others, as in the measurement. */
function recordedTasks({ shape, tuning }: EngineSettings): number {
  return Number(tuning.recorded ?? Math.max(replayedTasks, Math.ceil(600 / shape.steps.length)))
}

/** So many of the items, as far apart as can be. */
function spread<T>(items: readonly T[], count: number): T[] {
  const every = Math.max(1, Math.floor(items.length / count))
  return items.filter((_, index) => index % every === 0).slice(0, count)
}

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url })
  await client.connect()
  // Rows are found by their keys. The planner knows neither how many come nor how large the tables have become: 10 to 15 % slower.
  await client.query('set enable_seqscan = off; set enable_hashjoin = off; set enable_mergejoin = off')
  return client
}
