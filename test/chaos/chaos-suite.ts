import type { Suite } from 'mocha'
import { findServerPrograms } from '../support/own-server.js'
import { testDatabaseUrl } from '../support/postgres.js'
import { Grounds } from './run/grounds.js'
import type { RunChoice } from './run/run-choice.js'
import { runScenario } from './run/run-scenario.js'
import { scenarios } from './scenarios/all-scenarios.js'

/** They wait for leases and processes most of the time, so that some fit beside each other. */
const atOnce = 2

/** Seeds of scenarios, by the name of the scenario. */
export type ChaosSeeds = Readonly<Record<string, readonly number[]>>

/** Runs small scenarios, those that fit the database of the tests. */
export function runUnderChaos(this: Suite, seeds: ChaosSeeds): void {
  this.timeout(300_000)
  const url = testDatabaseUrl()
  const isServer = url !== undefined
  const chosen = scenarios
    .filter(({ place }) => (place !== 'embedded') === isServer)
    .flatMap((scenario) => (seeds[scenario.name] ?? []).map((seed): RunChoice => ({ scenario, seed, size: 'small' })))
  const grounds = Array.from({ length: atOnce }, () => new Grounds(url))
  const reports = new Map<RunChoice, PromiseWithResolvers<string>>()

  before(() => {
    const waiting = chosen.filter((choice) => !mustSkip(choice))
    for (const choice of waiting) reports.set(choice, Promise.withResolvers())
    for (const ground of grounds) void work(waiting, ground)
  })

  after(async () => {
    await Promise.allSettled([...reports.values()].map(({ promise }) => promise))
    await Promise.all(grounds.map((ground) => ground.dispose()))
  })

  for (const choice of chosen) {
    const { scenario, seed } = choice
    it(`finishes every task and repeats no completed step through ${scenario.description} (seed ${seed})`, async function () {
      if (mustSkip(choice)) this.skip()
      console.log(`      ${await reports.get(choice)!.promise}`)
    })
  }

  /** Takes one run after the other, whichever is next. */
  async function work(waiting: RunChoice[], ground: Grounds): Promise<void> {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { resolve, reject, promise } = reports.get(next)!
      // Whoever is to hear of a failure may not be listening yet.
      promise.catch(() => undefined)
      await runScenario(next, ground).then(resolve, reject)
    }
  }
}

/** What breaks servers starts one of its own, and PostgreSQL need not be installed where its URL is known. */
function mustSkip({ scenario }: RunChoice): boolean {
  return scenario.place === 'own server' && findServerPrograms() === undefined
}
