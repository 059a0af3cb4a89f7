import { DBOS } from '@dbos-inc/dbos-sdk'
import pg from 'pg'
import type { Engine, EngineWatch } from '../engine.js'
import type { Shape, ShapeStep, StepOutput } from '../shapes.js'

/**
 * DBOS Transact: workflows of this process with a step for each step, as its guide has it.
 *
 * A workflow has to begin its steps in the same order each time it is replayed, so steps of one depth run at once and the next
 * depth begins when all of them are done.
 */
export const engine: Engine = {
  async open({ url, shape, connections, isFresh }, watch) {
    if (isFresh) await dropTables(url)
    DBOS.setConfig({ name: 'bench', systemDatabaseUrl: url, systemDatabasePoolSize: connections, logLevel: 'error' })
    const workflow = DBOS.registerWorkflow(workflowOf(shape, watch), { name: shape.name })
    await DBOS.launch()
    const run = async () => {
      const handle = await DBOS.startWorkflow(workflow)({ order: 4711 })
      await handle.getResult()
    }
    return {
      async createMany(count) {
        await Promise.all(Array.from({ length: count }, () => run().then(watch.taskEnded)))
      },
      runOne: run,
      close: () => DBOS.shutdown(),
    }
  },
}

function workflowOf(shape: Shape, watch: EngineWatch) {
  const depths = [...depthsOf(shape.steps).values()]
  return async (_input: { readonly order: number }): Promise<StepOutput> => {
    let last: StepOutput | undefined
    for (const names of depths) {
      const outputs = await Promise.all(names.map((name) => DBOS.runStep(() => runStep(name, watch), { name })))
      last = outputs.at(-1)
    }
    return last!
  }
}

async function runStep(step: string, watch: EngineWatch): Promise<StepOutput> {
  watch.stepRan()
  return { ok: true, step }
}

/** Depth → names of the steps that are so far from the roots. */
function depthsOf(steps: readonly ShapeStep[]): ReadonlyMap<number, string[]> {
  const depths = new Map<string, number>()
  for (const { name, dependsOn } of steps) {
    depths.set(name, Math.max(-1, ...dependsOn.map((parent) => depths.get(parent)!)) + 1)
  }
  return Map.groupBy(depths.keys(), (name) => depths.get(name)!)
}

async function dropTables(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query('drop schema if exists dbos cascade')
  await client.end()
}
