import assert from 'node:assert/strict'
import { silentLogger } from '../../../core/bus/silent-logger.js'
import { type LifecycleBus, LifecyclePublisher } from '../../../core/orchestration/lifecycle-publisher.js'
import { RunRequests } from '../../../core/orchestration/run-requests.js'
import { taskRecord } from '../../support/task-records.js'

describe('The request to run a task that is created here', () => {
  const task = taskRecord()
  const claim = { task, steps: [], results: new Map(), previousOwnerId: null, queueWaitMs: 0 }
  let told: string[]
  let requests: RunRequests

  beforeEach(() => {
    told = []
    const bus: LifecycleBus = {
      hasListeners: () => true,
      publishLifecycle: (name, payload) => told.push(`${name} ${(payload as { readonly cause: string }).cause}`),
      emit: () => {},
      check: () => {},
    }
    requests = new RunRequests(new LifecyclePublisher(bus, { next: () => '' }, silentLogger))
    requests.expect(task.id)
  })

  it('is published by its creation, and not by the claim that follows', () => {
    requests.created(task)
    requests.forget(task.id)
    assert.deepEqual(told, ['workflow.orchestration_requested created'])
    requests.claimed(claim)
    assert.equal(told.length, 1)
  })

  it('is published by a claim that is answered before the creation, and not by that', () => {
    requests.claimed(claim)
    assert.deepEqual(told, ['workflow.orchestration_requested created'])
    requests.created(task)
    requests.forget(task.id)
    assert.equal(told.length, 1)
  })

  it('is published for each later run by its claim', () => {
    requests.created(task)
    requests.forget(task.id)
    requests.claimed(claim)
    requests.claimed({ ...claim, task: { ...task, startedAt: task.createdAt }, previousOwnerId: 'another' })
    assert.deepEqual(told.slice(1), ['workflow.orchestration_requested recovered'])
  })
})
