import assert from 'node:assert/strict'
import { join, resolve } from 'node:path'
import type { DefinedTask } from 'tasker'
import { loadTaskYaml } from '../../../core/definition/load-task-yaml.js'
import { apiOrder } from '../../fixtures/acceptance/api-order.js'
import { type LocalServer, openServer, sendJson } from '../http/local-server.js'
import { onBothClocks } from './both-clocks.js'
import { checkRun } from './check-run.js'

const fixtures = 'test/fixtures/acceptance'
const file = resolve(fixtures, 'api-order.task.yaml')

/** The handlers are what the compiler has made of them. */
function loadYaml(server: string, environment?: string): Promise<DefinedTask> {
  return loadTaskYaml(file, {
    variables: { SHOP_API: server },
    ...(environment === undefined ? {} : { environment }),
    loadModule: (path) =>
      import(path.replace(resolve(fixtures), join(import.meta.dirname, '../../fixtures/acceptance'))),
  })
}

/** A shop with two products, of which one can run out, and the carts 1 and 2. */
async function openShop(): Promise<LocalServer> {
  const carts: Readonly<Record<string, object>> = {
    '/carts/1': { products: [{ id: 1, quantity: 2 }] },
    '/carts/2': { products: [{ id: 2, quantity: 3 }] },
    '/products': {
      products: [
        { id: 1, price: 10, stock: 5 },
        { id: 2, price: 10, stock: 2 },
      ],
    },
  }
  return openServer((response, { target }) => {
    const found = carts[target]
    sendJson(response, found === undefined ? 404 : 200, found ?? { message: 'no such thing' })
  })
}

describe('the order over an API, in YAML', () => {
  it('is the same task as in code', async () => {
    const [yaml, code] = [(await loadYaml('http://shop')).definition, apiOrder('http://shop').definition]
    assert.equal(yaml.hash, code.hash)
    assert.deepEqual(JSON.parse(JSON.stringify(yaml)), JSON.parse(JSON.stringify(code)))
  })

  it('differs in an environment in what that lays over it', async () => {
    const [cart, products] = (await loadYaml('http://shop', 'production')).definition.steps
    assert.deepEqual([cart?.retry.limit, products?.retry.limit], [5, 2])
    assert.deepEqual(cart?.handlerConfig, { url: 'http://shop/carts/{{context.cart_id}}', timeout_ms: 500 })
  })
})

const server = await openShop()
after(() => server[Symbol.asyncDispose]())

for (const [form, task] of [
  ['in code', apiOrder(server.url)],
  ['in YAML', await loadYaml(server.url)],
] as const) {
  onBothClocks(`the order over an API ${form}`, [task], (scene) => {
    const run = (cart_id: number) =>
      scene.tasker.run({ namespace: 'acceptance', name: 'api_order', context: { cart_id } })

    it('completes its five steps, and announces the order', async () => {
      const ended = await run(1)
      checkRun(scene, ended, 'complete')
      const { order_id, total } = ended.steps.create_order!.results as { order_id: string; total: number }
      assert.equal(total, 20)
      assert.deepEqual(
        ended.events.of('order.placed').map(({ payload }) => payload),
        [{ order_id }],
      )
    })

    it('is drawn as the same graph', async () => {
      const { levelsList, longestPath } = await scene.tasker.graph.template('acceptance.api_order')
      assert.deepEqual(levelsList, [
        ['fetch_cart', 'fetch_products'],
        ['validate_products'],
        ['create_order'],
        ['publish_event'],
      ])
      assert.deepEqual(longestPath, ['fetch_cart', 'validate_products', 'create_order', 'publish_event'])
    })

    it('ends where there is no such cart', async () => {
      const ended = await run(3)
      checkRun(scene, ended, 'error', {
        fetch_cart: ['error', 1],
        validate_products: ['pending', 0],
        create_order: ['pending', 0],
        publish_event: ['pending', 0],
      })
      assert.equal(ended.steps.fetch_cart?.error?.code, 'HTTP_404')
    })

    it('ends where a product is out of stock', async () => {
      const ended = await run(2)
      assert.equal(ended.steps.validate_products?.error?.code, 'OUT_OF_STOCK')
      assert.equal(ended.state, 'error')
      assert.deepEqual(ended.events.of('order.placed'), [])
    })

    it('is not created without a cart', async () => {
      const request = { namespace: 'acceptance', name: 'api_order', context: {} }
      await assert.rejects(scene.tasker.run(request), { code: 'CONTEXT_INVALID' })
    })
  })
}
