import { parseArgs } from 'node:util'
import { findServerPrograms } from '../support/own-server.js'
import { testDatabaseUrl } from '../support/postgres.js'
import { type PlanSizeName, planSizes } from './plan/plan-size.js'
import { Grounds } from './run/grounds.js'
import type { RunChoice } from './run/run-choice.js'
import { runScenario } from './run/run-scenario.js'
import { scenarios } from './scenarios/all-scenarios.js'
import type { Scenario } from './scenarios/scenario.js'

/**
 * Chaos by hand: `npm run chaos -- [--seeds 10] [--first 1] [--scenario kill,freeze] [--url postgres://…] [--size usual]
 * [--parallel 1]`. Prints a line for each run; the exit code is 1 if one failed.
 */
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '10' },
    first: { type: 'string', default: '1' },
    scenario: { type: 'string', default: scenarios.map(({ name }) => name).join(',') },
    url: { type: 'string' },
    size: { type: 'string', default: 'usual' },
    parallel: { type: 'string', default: '1' },
  },
})

const url = values.url ?? testDatabaseUrl()
const chosen = values.scenario.split(',').map((name) => choose('scenario', name, nameOf, scenarios))
const size = choose('size', values.size, String, Object.keys(planSizes)) as PlanSizeName
if (chosen.some(needsOwnServer) && findServerPrograms() === undefined) {
  fail(`${chosen.filter(needsOwnServer).map(nameOf)} need PostgreSQL installed here: initdb and pg_ctl`)
}

const first = Number(values.first)
const waiting: RunChoice[] = Array.from({ length: Number(values.seeds) }, (_, index) => first + index).flatMap((seed) =>
  chosen.map((scenario) => ({ scenario, seed, size })),
)
// What is under way comes to its end, so that nothing is left behind.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => waiting.splice(0))
const failed: string[] = []
let passed = 0
await Promise.all(Array.from({ length: Number(values.parallel) }, work))
console.log(`${passed} runs passed, ${failed.length} failed${failed.length > 0 ? `: ${failed.join(', ')}` : ''}`)
process.exit(failed.length > 0 ? 1 : 0)

/** Takes one run after the other, on grounds of its own. */
async function work(): Promise<void> {
  const grounds = new Grounds(url)
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    try {
      console.log(await runScenario(next, grounds))
      passed += 1
    } catch (error) {
      failed.push(`${next.scenario.name} ${next.seed}`)
      console.log(`FAILED ${error instanceof Error ? error.message : error}`)
    }
  }
  await grounds.dispose()
}

function choose<T>(what: string, name: string, toName: (choice: T) => string, choices: readonly T[]): T {
  const found = choices.find((choice) => toName(choice) === name)
  return found ?? fail(`There is no ${what} ${name}; there are: ${choices.map(toName).join(', ')}`)
}

function nameOf({ name }: Scenario): string {
  return name
}

function needsOwnServer({ place }: Scenario): boolean {
  return place === 'own server' || (place === 'server' && url === undefined)
}

function fail(message: string): never {
  console.error(message)
  process.exit(2)
}
