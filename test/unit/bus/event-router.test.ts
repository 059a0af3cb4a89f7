import assert from 'node:assert/strict'
import { completed, openBus } from './bus-under-test.js'

/** More than are taken away one by one. */
const many = 500

describe('the router of the bus', () => {
  it('brings events to those that stay, in their order, however many leave', () => {
    const { bus } = openBus()
    let heard: number[] = []
    const offs = Array.from({ length: many }, (_, index) => bus.on('task.*', () => void heard.push(index)))
    const publish = () => {
      heard = []
      bus.publishLifecycle('task.completed', completed)
      return heard
    }
    const staying = new Set(Array.from({ length: many }, (_, index) => index))
    assert.deepEqual(publish(), [...staying])
    for (const [index, off] of offs.entries()) {
      if (index % 7 === 3) continue
      off()
      staying.delete(index)
      if (index % 50 === 0) assert.deepEqual(publish(), [...staying])
    }
    bus.on('task.*', () => void heard.push(many))
    assert.deepEqual(publish(), [...staying, many])
    for (const off of offs) off()
    assert.deepEqual(publish(), [many])
  })
})
