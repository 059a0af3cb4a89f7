import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkAll } from '../checks/all-checks.js'
import { ChaosRun } from './chaos-run.js'
import type { Grounds } from './grounds.js'
import type { RunChoice } from './run-choice.js'
import { reportOf } from './run-report.js'

/**
 * Runs a scenario once, as its seed has it, and gives the line that reports it.
 *
 * @throws Error that lists everything that did not hold, where the traces are, and the command that repeats the run
 */
export async function runScenario(choice: RunChoice, grounds: Grounds): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'chaos-'))
  const database = await grounds.databaseFor(choice.scenario, folder)
  const run = new ChaosRun(choice, database, folder)
  try {
    const evidence = await run.run()
    const problems = [...run.problems, ...checkAll(evidence)]
    const report = reportOf(choice, evidence)
    if (problems.length > 0) throw new Error([report, ...problems].join('\n  '))
    await rm(folder, { recursive: true, force: true })
    return report
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const repeat = commandFor(choice, grounds)
    throw new Error(`${message}\n  traces: ${folder}\n  repeat: ${repeat}`, { cause: error })
  } finally {
    await run.dispose()
    await database.dispose()
  }
}

function commandFor({ scenario: { name, place }, seed, size }: RunChoice, { url }: Grounds): string {
  const where = place === 'server' && url !== undefined ? ` --url ${url}` : ''
  const how = size === 'usual' ? '' : ` --size ${size}`
  return `npm run chaos -- --scenario ${name} --first ${seed} --seeds 1${how}${where}`
}
