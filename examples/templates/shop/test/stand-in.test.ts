import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type StandIn, startStandIn } from '../shop-api/stand-in/server.ts'

describe('the stand-in of the shop API', () => {
  let api: StandIn

  before(async () => {
    api = await startStandIn()
  })

  after(() => api.close())

  const get = async (path: string) => {
    const response = await fetch(`${api.url}${path}`)
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }
  const post = async (path: string, body: object, key = 'one') => {
    const headers = { 'content-type': 'application/json', 'idempotency-key': key }
    const response = await fetch(`${api.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }

  it('gives carts, products and users', async () => {
    assert.equal((await get('/carts/1')).body.userId, 1)
    assert.equal((await get('/products/7')).body.stock, 0)
    assert.equal((await get('/users/2')).body.username, 'blindqvist')
    assert.deepEqual(await get('/carts/99'), { status: 404, body: { message: 'there is no cart 99' } })
  })

  it('gives pages with chosen fields', async () => {
    const { body } = await get('/products?limit=2&skip=1&select=title')
    assert.deepEqual(body, {
      products: [
        { id: 2, title: 'Clay Mask' },
        { id: 3, title: 'Lip Balm Trio' },
      ],
      total: 16,
      skip: 1,
      limit: 2,
    })
    assert.equal(((await get('/products?limit=0')).body.products as unknown[]).length, 16)
  })

  it('finds users', async () => {
    assert.deepEqual((await get('/users/search?q=OKAFOR&select=username')).body.users, [{ id: 1, username: 'aokafor' }])
  })

  it('takes orders and users, and gives the same one to the same key', async () => {
    const { status, body } = await post('/orders/add', { userId: 1 }, 'a')
    assert.deepEqual([status, body.userId], [201, 1])
    assert.deepEqual((await post('/orders/add', { userId: 1 }, 'a')).body, body)
    assert.notEqual((await post('/orders/add', { userId: 1 }, 'b')).body.id, body.id)
    assert.equal((await post('/users/add', { username: 'fberg' })).status, 201)
  })

  it('fails when it is asked to', async () => {
    api.failNext(503)
    assert.equal((await get('/carts/1')).status, 503)
    assert.equal((await get('/carts/1')).status, 200)
  })
})
