/**
 * What it takes a worker to find the steps that a completed one makes ready: by the number of its children, and by the size of its task.
 *
 *   node dist/bench/ready-steps.js            tasks of 100, 1,000 and 10,000 steps, about two minutes
 *   node dist/bench/ready-steps.js --quick    up to 1,000 steps
 *
 * The figure is that of the event observability.step.find_viable: a completion is applied to the task, and those that depend on it are
 * counted down. Real tasks run, on an embedded database in memory.
 */
import { createTasker, type DefinedTask, defineTask } from '../core/index.js'

const SIZES = [100, 1_000, 10_000]
const CHILDREN = [1, 10, 100]
/** Completions that are looked at for each figure, at least; as many go before to warm up. */
const SEARCHES = 200

/** A chain whose names come from a list. */
interface LooseChain extends DefinedTask {
  step(name: string, options: object, handler: () => unknown): LooseChain
}

/** Steps with so many children each, whose children meet in the next one, until there are as many steps as the task shall have. */
function fans(size: number, children: number): DefinedTask {
  let task = defineTask({ namespace: 'bench', name: `fans_${size}_${children}` }) as unknown as LooseChain
  let parents: string[] = []
  for (let steps = 0; steps < size; ) {
    const hub = `step_${steps++}`
    task = task.step(hub, { dependsOn: parents }, ready)
    parents = children === 1 ? [hub] : []
    for (let child = 0; child < children && children > 1 && steps < size; child++) {
      const name = `step_${steps++}`
      task = task.step(name, { dependsOn: [hub] }, ready)
      parents.push(name)
    }
  }
  return task
}

async function ready(): Promise<null> {
  return null
}

/** The median, in microseconds, over completions of steps with that many children. */
async function measure(size: number, children: number): Promise<number> {
  const task = fans(size, children)
  await using tasker = await createTasker({
    database: { path: ':memory:' },
    handlers: [task],
    logging: { level: 'silent' },
    discovery: { packages: false },
  })
  const searches: number[] = []
  tasker.events.on('observability.step.find_viable', ({ payload }) => {
    if (payload.examined === children) searches.push(payload.durationUs)
  })
  await tasker.start()
  const run = async () => tasker.tasks.wait(await tasker.tasks.create(task))
  while (searches.length < SEARCHES) await run()
  searches.length = 0
  while (searches.length < SEARCHES) await run()
  return median(searches)
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)]!
}

async function main(argument: string | undefined): Promise<void> {
  const sizes = argument === '--quick' ? SIZES.slice(0, 2) : SIZES
  print(`| children | ${sizes.map((size) => `${size.toLocaleString('en')} steps`).join(' | ')} |`)
  print(`|---:|${sizes.map(() => '---:|').join('')}`)
  for (const children of CHILDREN) {
    const figures: string[] = []
    for (const size of sizes) {
      figures.push(size <= children ? '-' : `${(await measure(size, children)).toFixed(1)} µs`)
    }
    print(`| ${children} | ${figures.join(' | ')} |`)
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

await main(process.argv[2])
