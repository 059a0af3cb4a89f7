import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { isTaskerError, PermanentError, type StepContext } from '../../../core/index.js'
import type { HookTrouble } from '../../../core/orchestration/guarded-hook.js'
import { HookRegistry } from '../../../core/orchestration/hook-registry.js'
import { LogLines } from '../bus/bus-under-test.js'

const never = () => new Promise<never>(() => {})
const context = { stepName: 'charge' } as StepContext
const guest = { owner: 'mail', isEssential: false }
const code = (expected: string) => (error: unknown) => isTaskerError(error) && error.code === expected

function registry() {
  let now = 0
  const log = new LogLines()
  const hooks = new HookRegistry(log, { timeoutMs: 20, circuit: { failures: 2, cooldownMs: 1000 }, now: () => now })
  const troubles: HookTrouble[] = []
  hooks.onTrouble((trouble) => troubles.push(trouble))
  const kinds = () => troubles.map(({ kind }) => kind)
  return { hooks, log, kinds, advance: (ms: number) => (now += ms) }
}

describe('a hook that may refuse', () => {
  it('refuses by throwing, which is no failure of it', async () => {
    const { hooks, kinds } = registry()
    hooks.add('beforeTaskCreate', () => Promise.reject(new Error('not today')), guest)
    for (let time = 0; time < 3; time++)
      await assert.rejects(
        hooks.ask('beforeTaskCreate', {} as never),
        /Hook beforeTaskCreate of mail refused: not today/,
      )
    assert.deepEqual(kinds(), [])
  })

  it('and does not answer is passed over, and after some failures not asked for a while', async () => {
    const { hooks, kinds, advance } = registry()
    let asked = 0
    hooks.add(
      'beforeStepExecute',
      () => {
        asked++
        return never()
      },
      guest,
    )
    for (let time = 0; time < 4; time++) await hooks.ask('beforeStepExecute', context)
    assert.equal(asked, 2)
    assert.deepEqual(kinds(), ['timed_out', 'timed_out', 'circuit_opened'])
    assert.deepEqual(hooks.pausedOf('mail'), ['beforeStepExecute'])
    advance(1001)
    await hooks.ask('beforeStepExecute', context)
    assert.equal(asked, 3)
  })

  it('and fails by a mistake is passed over', async () => {
    const { hooks, kinds } = registry()
    hooks.add('beforeStepExecute', ({ context: given }) => (given as { user: { id: string } }).user.id, guest)
    await hooks.ask('beforeStepExecute', context)
    assert.deepEqual(kinds(), ['threw'])
  })

  it('and is essential refuses when it does not answer, each time, and by its mistakes as well', async () => {
    const { hooks } = registry()
    hooks.add('beforeCommand', never, { owner: 'guard', isEssential: true })
    for (let time = 0; time < 4; time++)
      await assert.rejects(hooks.ask('beforeCommand', {} as never), code('HOOK_TIMEOUT'))
    const other = registry().hooks
    other.add('beforeStepExecute', ({ context: given }) => (given as { user: { id: string } }).user.id)
    await assert.rejects(other.ask('beforeStepExecute', context), code('HOOK_REFUSED'))
  })
})

describe('a hook around a handler', () => {
  const around = async (hook: Parameters<HookRegistry['add']>[1], handler: () => Promise<unknown>, options = guest) => {
    const { hooks, kinds } = registry()
    let calls = 0
    hooks.add('aroundStepExecute', hook as never, options)
    const counted = () => {
      calls++
      return handler()
    }
    const outcome = await hooks.around(context, counted).catch((error: unknown) => error)
    return { outcome, calls, kinds: kinds() }
  }
  const ok = async () => 'ok'

  it('gives what it makes of the result', async () => {
    const hook = async (_: unknown, next: () => Promise<unknown>) => `${await next()}!`
    assert.deepEqual(await around(hook as never, ok), { outcome: 'ok!', calls: 1, kinds: [] })
  })

  it('that forgets to give the result does not lose it', async () => {
    const hook = async (_: unknown, next: () => Promise<unknown>) => void (await next())
    assert.deepEqual(await around(hook as never, ok), { outcome: 'ok', calls: 1, kinds: [] })
  })

  it('that forgets the handler does not keep it from being called; one that gives something in its place does', async () => {
    const forgetful = async () => undefined
    assert.deepEqual(await around(forgetful as never, ok), { outcome: 'ok', calls: 1, kinds: ['threw'] })
    for (const given of ['cached', null]) {
      const cache = async () => given
      assert.deepEqual(await around(cache as never, ok), { outcome: given, calls: 0, kinds: [] })
    }
  })

  it('that throws or hangs before the handler is passed over', async () => {
    const throwing = () => Promise.reject(new Error('no tracer'))
    assert.deepEqual(await around(throwing as never, ok), { outcome: 'ok', calls: 1, kinds: ['threw'] })
    assert.deepEqual(await around(never as never, ok), { outcome: 'ok', calls: 1, kinds: ['timed_out'] })
  })

  it('that wakes up after it was passed over does not call the handler again', async () => {
    const hook = async (_: unknown, next: () => Promise<unknown>) => {
      await sleep(40)
      return next()
    }
    const slow = () => sleep(60, 'ok')
    const result = await around(hook as never, slow)
    await sleep(60)
    assert.deepEqual(result, { outcome: 'ok', calls: 1, kinds: ['timed_out'] })
  })

  it('has its own time, not that of the handler', async () => {
    const hook = (_: unknown, next: () => Promise<unknown>) => next()
    assert.deepEqual(await around(hook as never, () => sleep(60, 'ok')), { outcome: 'ok', calls: 1, kinds: [] })
  })

  it('that hangs after the handler leaves what that gave, result or error', async () => {
    const hook = async (_: unknown, next: () => Promise<unknown>) => {
      await next().catch(() => undefined)
      return never()
    }
    assert.deepEqual(await around(hook as never, ok), { outcome: 'ok', calls: 1, kinds: ['timed_out'] })
    const error = new Error('card declined')
    const failed = await around(hook as never, () => Promise.reject(error))
    assert.equal(failed.outcome, error)
  })

  it('that throws after a success fails the attempt, because it may be the commit', async () => {
    const hook = async (_: unknown, next: () => Promise<unknown>) => {
      await next()
      throw new Error('cannot commit')
    }
    const { outcome, kinds } = await around(hook as never, ok)
    assert.match(
      String(outcome),
      /Hook aroundStepExecute of mail failed after the handler had succeeded: cannot commit/,
    )
    assert.deepEqual(kinds, ['threw'])
  })

  it('leaves the error of the handler as it is, and is not blamed for it', async () => {
    const error = new Error('card declined')
    const hook = (_: unknown, next: () => Promise<unknown>) => next()
    const { outcome, calls, kinds } = await around(hook as never, () => Promise.reject(error))
    assert.deepEqual([outcome, calls, kinds], [error, 1, []])
  })

  it('speaks for the attempt by an error of Tasker', async () => {
    const { outcome, calls } = await around((() => Promise.reject(new PermanentError('no budget'))) as never, ok)
    assert(outcome instanceof PermanentError)
    assert.equal(calls, 0)
  })

  it('that is essential fails the attempt by whatever it throws', async () => {
    const hook = () => Promise.reject(new Error('cannot begin'))
    const { outcome, calls } = await around(hook as never, ok, { owner: 'db', isEssential: true })
    assert.deepEqual([(outcome as Error).message, calls], ['cannot begin', 0])
  })
})

describe('a hook that observes', () => {
  it('and throws or hangs keeps nobody from going on', async () => {
    const { hooks, kinds } = registry()
    const heard: string[] = []
    hooks.add('onStart', () => Promise.reject(new Error('no')), guest)
    hooks.add('onStart', never, guest)
    hooks.add('onStart', () => void heard.push('third'), guest)
    await hooks.tell('onStart')
    assert.deepEqual([heard, kinds()], [['third'], ['threw', 'timed_out']])
  })
})
