import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** Where the sources of the peers are, which Node runs as they are; this file runs from dist/bench/durable. */
export const peersFolder = fileURLToPath(new URL('../../../bench/durable/peers/', import.meta.url))

/** An engine that can be measured. */
export interface Contender {
  readonly name: string
  /** Address of the module that exports it as `engine`. */
  readonly module: string
  /** Whether it needs packages that Tasker does not. */
  readonly isPeer: boolean
  /** Schemas of its tables in PostgreSQL; none where it keeps them elsewhere. */
  readonly schemas: readonly string[]
  /** Shapes that it cannot do in any reasonable way, and why. */
  readonly cannot?: Readonly<Record<string, string>>
  /** Keeps its state in Redis. */
  readonly needsRedis?: boolean
  /** What the table says of it. */
  readonly note: string
}

const own = (file: string) => ({ module: new URL(`./engines/${file}.js`, import.meta.url).href, isPeer: false })
const peer = (file: string) => ({ module: pathToFileURL(join(peersFolder, `${file}.ts`)).href, isPeer: true })

export const contenders: readonly Contender[] = [
  { name: 'tasker', ...own('tasker-postgres'), schemas: ['tasker'], note: 'defaults; graph, results, log, history' },
  {
    name: 'floor',
    ...own('floor'),
    schemas: ['bench_floor'],
    note: 'bare group-commit loop that writes the rows of Tasker',
  },
  { name: 'dbos', ...peer('dbos'), schemas: ['dbos'], note: 'workflows with steps; results, history' },
  {
    name: 'graphile-worker',
    ...peer('graphile-worker'),
    schemas: ['graphile_worker', 'bench_joins'],
    note: 'chains by hand, batched; no results, no log, no history',
  },
  {
    name: 'pg-boss',
    ...peer('pg-boss'),
    schemas: ['pgboss', 'bench_joins'],
    note: 'chains by hand, batched; no results, finished jobs kept',
  },
  {
    name: 'pg-boss-flow',
    ...peer('pg-boss-flow'),
    schemas: ['pgboss'],
    note: 'its own flows, batched, freed after each batch instead of every 5 s; no results, finished jobs kept',
  },
  {
    name: 'bullmq',
    ...peer('bullmq'),
    schemas: [],
    needsRedis: true,
    cannot: { layers20x10: 'a flow is a tree: a step cannot lead to two' },
    note: 'flows on Redis; results, finished jobs kept',
  },
  { name: 'memory', ...own('memory'), schemas: [], note: 'promises; nothing is stored' },
]

export const bareCommits: Contender = {
  ...{ name: 'bare commits', ...own('bare-commits'), schemas: [] },
  note: 'one narrow row each, prepared',
}

export const taskerEmbedded: Contender = {
  ...{ name: 'tasker embedded', ...own('tasker-embedded'), schemas: [] },
  note: 'no server; survives kill -9, not a power cut',
}

export function requireContender(name: string): Contender {
  const contender = contenders.find((one) => one.name === name)
  if (contender !== undefined) return contender
  throw new RangeError(`There is no engine ${name}; there are ${contenders.map((one) => one.name).join(', ')}`)
}
