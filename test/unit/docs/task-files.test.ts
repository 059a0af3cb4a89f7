import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseTaskYaml } from '../../../core/definition/parse-task-yaml.js'
import { codeBlocks } from '../../support/docs/code-blocks.js'
import { checkout } from '../../support/docs/generated-section.js'

class ChargeStep {
  process() {
    return { charged: 1 }
  }
}

describe('the task file that docs/task-files.md shows', () => {
  const [block] = codeBlocks(readFileSync(join(checkout, 'docs/task-files.md'), 'utf8'), ['yaml'])
  const parse = (environment: string) => {
    const handlers = { loadOrder: () => 1, ChargeStep }
    return parseTaskYaml(block!.code, { handlers, environment, variables: { CHARGE_ATTEMPTS: '4' } }).definition
      .steps[1]
  }

  it('is one, and says what it says there', () => {
    const charge = parse('production')
    assert.deepEqual([charge?.retry.limit, charge?.timeoutMs], [4, 30_000])
    assert.deepEqual(charge?.handlerConfig, { url: 'https://gateway.example.com' })
    assert.deepEqual(parse('development')?.handlerConfig, { url: 'http://localhost:4010' })
  })
})
