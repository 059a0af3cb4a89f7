import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { inOrder } from '../../../core/kernel/containment/in-order.js'

interface Item {
  readonly name: string
  readonly after?: readonly string[]
  readonly ms?: number
}

async function orderOf(items: readonly Item[], patienceMs: number) {
  const order: string[] = []
  const startedAt = performance.now()
  await inOrder({
    items,
    nameOf: ({ name }) => name,
    waitsFor: ({ after = [] }) => after,
    patienceMs,
    work: async ({ name, ms = 0 }) => {
      order.push(`+${name}`)
      if (ms > 0) await sleep(ms)
      order.push(`-${name}`)
    },
  })
  return { order: order.join(' '), ms: performance.now() - startedAt }
}

describe('work in order', () => {
  it('does one after the other', async () => {
    const { order } = await orderOf([{ name: 'a', ms: 5 }, { name: 'b' }], 1000)
    assert.equal(order, '+a -a +b -b')
  })

  it('goes on beside one that takes long, but not with those that wait for it', async () => {
    const { order } = await orderOf([{ name: 'a', ms: 100 }, { name: 'b' }, { name: 'c', after: ['a'] }], 10)
    assert.equal(order, '+a +b -b -a +c -c')
  })

  it('costs the time of one and some patience where many take long', async () => {
    const items = Array.from({ length: 10 }, (_, index) => ({ name: String(index), ms: 400 }))
    const { ms } = await orderOf(items, 10)
    assert(ms < 1500, `${ms} ms`)
  })
})
