import assert from 'node:assert/strict'
import { failureText } from '../../../core/cli/failure-text.js'
import { painter } from '../../../core/cli/paint.js'
import type { ErrorChain } from '../../../core/workflow/analysis/error-chains.js'
import type { Recovery } from '../../../core/workflow/analysis/recoveries.js'

const options = { paint: painter(false) }
const chain = (step: string, values: Partial<ErrorChain> = {}): ErrorChain => ({
  ...{ step, isRootCause: true, kind: 'permanent', error: 'DECLINED', attempts: 1, retryLimit: 3 },
  ...{ blocks: [], frees: [] },
  ...values,
})
const recovery = (step: string | null, action: Recovery['action'] = 'retry'): Recovery => ({
  ...{ action, step, why: `why ${step}`, api: '' },
  cli: `tasker steps ${action} ${'x'.repeat(36)}/${step}`,
})
const textOf = (chains: readonly ErrorChain[], recoveries: readonly Recovery[], further: readonly string[] = []) =>
  failureText({ errorChains: { chains, further, blockedCount: 0 }, recoveries }, { ...options, width: 50 })

describe('cli: the text of a failure', () => {
  it('says what failed, why, what it blocks, and all that can be done', () => {
    const text = textOf(
      [chain('charge', { blocks: ['confirm', 'mail'] })],
      [recovery('charge'), recovery('charge', 'resolve')],
    )
    assert.deepEqual(text.split('\n'), [
      'FAILED  ERROR     WHY                     BLOCKS',
      'charge  DECLINED  its error is permanent  confirm…',
      '',
      'what to do',
      '# why charge',
      `tasker steps retry ${'x'.repeat(36)}/charge`,
      '# why charge',
      `tasker steps resolve ${'x'.repeat(36)}/charge`,
    ])
  })

  it('stays short where much has failed: three failures, the likeliest way out of each, and one for all', () => {
    const names = ['a', 'b', 'c', 'd', 'e']
    const ways = names.flatMap((name) => [recovery(name), recovery(name, 'resolve')])
    const text = textOf(
      names.map((name) => chain(name)),
      [recovery(null), ...ways],
      ['f'],
    )
    assert.match(text, /\nc {7}DECLINED .*nothing\nand 3 more failed steps\n\n/)
    assert.deepEqual(
      text.split('\n').filter((line) => line.startsWith('#')),
      ['# why null', '# why a', '# why b', '# why c'],
    )
  })

  it('says nothing where nothing is to be done', () => {
    assert.equal(textOf([], []), '')
  })
})
