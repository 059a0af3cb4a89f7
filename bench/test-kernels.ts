/**
 * What a test kernel costs, from `createTestTasker()` to the end of a task of four steps: the first one of a process, which starts the
 * embedded server, and those that come after it.
 *
 *   node dist/bench/test-kernels.js
 */
import { defineTask } from '../core/index.js'
import { createTestTasker } from '../core/testing/index.js'

const KERNELS = 40

const four = defineTask({ namespace: 'bench', name: 'four' })
  .step('one', async () => 1)
  .step('two', { dependsOn: ['one'] }, async () => 2)
  .step('three', { dependsOn: ['two'] }, async () => 3)
  .step('four', { dependsOn: ['three'] }, async () => 4)

interface Times {
  readonly bootMs: number
  readonly runMs: number
  readonly stopMs: number
}

async function measure(): Promise<Times> {
  const begun = performance.now()
  const t = await createTestTasker({ handlers: [four] })
  const booted = performance.now()
  await t.run(four)
  const ran = performance.now()
  await t.stop()
  return { bootMs: booted - begun, runMs: ran - booted, stopMs: performance.now() - ran }
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)]!
}

const first = await measure()
const later: Times[] = []
for (let count = 0; count < KERNELS; count++) later.push(await measure())
const untilEnd = ({ bootMs, runMs }: Times): number => bootMs + runMs
const share = (part: (times: Times) => number): string => `${median(later.map(part)).toFixed(1)} ms`
console.log(`first kernel, to the end of its task: ${untilEnd(first).toFixed(0)} ms`)
console.log(
  `each further one: ${share(untilEnd)} (median of ${KERNELS}), 1/${(untilEnd(first) / median(later.map(untilEnd))).toFixed(0)} of it`,
)
console.log(
  `  boot ${share(({ bootMs }) => bootMs)}, run ${share(({ runMs }) => runMs)}; stop besides ${share(({ stopMs }) => stopMs)}`,
)
