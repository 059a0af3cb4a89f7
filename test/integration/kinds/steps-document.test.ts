import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseTaskYaml } from '../../../core/definition/parse-task-yaml.js'
import { defineTask, type StepContext } from '../../../core/index.js'
import { codeBlocks } from '../../support/docs/code-blocks.js'
import { checkout } from '../../support/docs/generated-section.js'
import { openTestTasker } from '../../support/test-tasker.js'

interface Shipped {
  readonly ship: { readonly send: string }
}

const handlers = {
  charge: () => ({ orderId: 7, customers: ['ada', 'bob'] }),
  notify: ({ item, index, results }: StepContext) =>
    `${index}: told ${item} of ${(results as unknown as Shipped).ship.send}`,
  route: ({ results }: StepContext) => ((results.notify as string[]).length > 1 ? ['archive'] : ['refund']),
  refund: () => 'refunded',
  archive: () => 'archived',
  report: ({ results }: StepContext) => results.archive ?? results.refund,
}

describe('docs/steps.md', () => {
  it('has a task file that does what the document says', async () => {
    const [yaml] = codeBlocks(await readFile(join(checkout, 'docs/steps.md'), 'utf8'), ['yaml'])
    const shipOrder = defineTask({ namespace: 'shipping', name: 'ship_order', version: '1.2.0' })
      .step('pack', async ({ context }) => `box ${(context as { orderId: number }).orderId}`)
      .step('send', { dependsOn: ['pack'] }, async ({ results }) => results.pack)
    const processOrder = parseTaskYaml(yaml!.code, { handlers })
    await using t = await openTestTasker({ handlers: [shipOrder, processOrder] })
    const run = await t.run({ namespace: 'payments', name: 'process_order' })
    assert.equal(run.state, 'complete')
    const { notify, refund, report } = run.steps as Readonly<Record<string, { results: unknown; resolvedHow: unknown }>>
    assert.deepEqual(notify!.results, ['0: told ada of box 7', '1: told bob of box 7'])
    assert.deepEqual([refund!.resolvedHow, report!.results], ['unchosen', 'archived'])
  })
})
