import { Client } from 'pg'
import type { Engine } from '../engine.js'

/**
 * The unit of latency: as many commits in a row as a linear task has steps, each of a single narrow row, on one connection,
 * with a prepared statement.
 */
export const engine: Engine = {
  async open({ url, shape }, watch) {
    const client = new Client({ connectionString: url })
    await client.connect()
    await client.query(
      'drop table if exists bench_commits; create table bench_commits (id bigserial primary key, data text)',
    )
    const commit = () =>
      client.query({ name: 'commit', text: 'insert into bench_commits (data) values ($1)', values: ['ok'] })
    const runOne = async () => {
      for (let step = 0; step < shape.steps.length; step++) {
        await commit()
        watch.stepRan()
      }
      watch.taskEnded()
    }
    return {
      async createMany(count) {
        for (let task = 0; task < count; task++) await runOne()
      },
      runOne,
      close: () => client.end(),
    }
  },
}
