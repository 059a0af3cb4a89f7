import type pg from 'pg'
import type { Shape, StepOutput } from '../shapes.js'

/** A job of an engine without graphs: one step of one task, with what its parent returned where there is one parent. */
export interface StepJob {
  readonly task: string
  readonly step: string
  readonly input?: StepOutput
}

/** A step that has been run. */
export interface FinishedStep {
  readonly task: string
  readonly output: StepOutput
}

const createSql = `
  drop schema if exists bench_joins cascade;
  create schema bench_joins;
  create table bench_joins.counters (task uuid, step text, remaining int not null, primary key (task, step)) with (fillfactor = 50)`

const arriveSql = `
  with arrived as (
    select task, step, count(*)::int as parents from unnest($1::uuid[], $2::text[]) as x(task, step) group by task, step
  )
  update bench_joins.counters j set remaining = j.remaining - a.parents from arrived a
  where j.task = a.task and j.step = a.step returning j.task, j.step, j.remaining`

/**
 * What a program has to add to a job queue that knows no graph: which steps follow one that has ended. A step with one parent
 * follows at once; one with several has a row that counts the parents still to come. Both in sets, for many tasks at once.
 *
 * A program that must not count a parent twice when a job runs again would have to do more than this; it is left out, to the
 * advantage of the queue.
 */
export class HandMadeGraph {
  readonly roots: readonly string[]
  readonly #joins: ReadonlyMap<string, number>
  readonly #children: ReadonlyMap<string, readonly string[]>

  constructor(shape: Shape) {
    this.roots = shape.steps.filter((step) => step.dependsOn.length === 0).map((step) => step.name)
    this.#joins = new Map(
      shape.steps.filter((step) => step.dependsOn.length > 1).map((step) => [step.name, step.dependsOn.length]),
    )
    const children = new Map<string, string[]>(shape.steps.map((step) => [step.name, []]))
    for (const { name, dependsOn } of shape.steps) for (const parent of dependsOn) children.get(parent)!.push(name)
    this.#children = children
  }

  async createTables(pool: pg.Pool): Promise<void> {
    await pool.query(createSql)
  }

  /** Stores the counters of new tasks. */
  async created(pool: pg.Pool, tasks: readonly string[]): Promise<void> {
    if (this.#joins.size === 0) return
    await pool.query(
      `insert into bench_joins.counters (task, step, remaining)
       select task, step, parents from unnest($1::uuid[]) as t(task), unnest($2::text[], $3::int[]) as j(step, parents)`,
      [tasks, [...this.#joins.keys()], [...this.#joins.values()]],
    )
  }

  /** The jobs that these steps make ready. */
  async follow(pool: pg.Pool, finished: readonly FinishedStep[]): Promise<StepJob[]> {
    const jobs: StepJob[] = []
    const arrivals: { task: string[]; step: string[] } = { task: [], step: [] }
    for (const { task, output } of finished) {
      for (const step of this.#children.get(output.step)!) {
        if (!this.#joins.has(step)) jobs.push({ task, step, input: output })
        else {
          arrivals.task.push(task)
          arrivals.step.push(step)
        }
      }
    }
    if (arrivals.task.length === 0) return jobs
    const { rows } = await pool.query<{ task: string; step: string; remaining: number }>(arriveSql, [
      arrivals.task,
      arrivals.step,
    ])
    return [...jobs, ...rows.filter((row) => row.remaining === 0).map(({ task, step }) => ({ task, step }))]
  }
}
