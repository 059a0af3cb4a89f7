import assert from 'node:assert/strict'
import { once } from 'node:events'
import { symlink } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { run, tsc } from '../../support/docs/readme-project.js'
import { InstalledTasker } from './installed-tasker.js'

describe('the projects of tasker init, from the packed package', function () {
  this.timeout(300_000)
  let installed: InstalledTasker
  let project: string

  before(async () => {
    installed = await InstalledTasker.create()
    project = await installed.makeProject('my-app')
  })

  after(() => installed.remove())

  it('makes a project in which nothing is refused, and whose commands of the README work', async () => {
    const { code, stdout, stderr } = await installed.tasker('my-app', 'handlers', 'list', '--json')
    assert.equal(code, 0, stderr)
    assert.match(stdout, /"refund_order"/)
    assert.doesNotMatch(stdout, /"problems": \[\s*"/)
    const context = '{"orderId": 9, "weightKg": 2}'
    const ran = await installed.npm('my-app', [
      'exec',
      '--',
      'tasker',
      'run',
      'orders/ship_order',
      '--context',
      context,
    ])
    assert.equal(ran.code, 0, ran.stderr)
  })

  it('makes a project whose worker runs what others create', async () => {
    const request = ['tasks', 'create', 'orders/refund_order', '--context', '{"orderId": 9, "cents": 100}', '--json']
    const created = await installed.tasker('my-app', ...request)
    assert.equal(created.code, 0, created.stderr)
    const { code, stderr } = await installed.npm('my-app', ['run', 'worker', '--', '--until-idle'])
    assert.equal(code, 0, stderr)
    assert.match(stderr, /news: refund_order is complete/)
  })

  /** A project of a template, with what the first one has installed. */
  async function make(template: string, ...options: string[]): Promise<string> {
    const folder = template === 'all' ? 'shop' : template
    const { code, stderr } = await installed.tasker('.', 'init', folder, '--template', template, ...options)
    assert.equal(code, 0, stderr)
    await symlink(join(project, 'node_modules'), join(installed.folder, folder, 'node_modules'))
    return folder
  }

  it('pass their tests and start, all three in one project, without a network', async () => {
    const shop = await make('all')
    const tested = await installed.npm(shop, ['test'])
    assert.equal(tested.code, 0, tested.stdout + tested.stderr)
    assert.match(tested.stdout, /pass 31\n/)
    const { code, stdout, stderr } = await installed.npm(shop, ['start'])
    assert.equal(code, 0, stderr)
    assert.match(stdout, /the stand-in answers/)
    assert.match(stdout, /ecommerce\/order_processing is complete: \{ orderId: 1, totalCents: 28179 \}/)
    assert.match(stdout, /customer\/user_onboarding is complete: \{ userId: 6, username: 'fberg' \}/)
    assert.match(stdout, /inventory\/stock_management is complete: \{\s+checked: 16,\s+low: 10,/)
    assert.equal(stderr.match(/^news: /gm)?.length, 3)
  })

  it('stand alone, each in a project of its own', async () => {
    for (const template of ['order-processing', 'stock-management', 'customer-onboarding']) {
      const folder = await make(template)
      const { code, stdout } = await run(join(installed.folder, folder), tsc, ['-p', '.'])
      assert.equal(code, 0, stdout)
    }
  })

  it('call the API whose address they are given', async () => {
    const requests: string[] = []
    const api = createServer((request, response) => {
      requests.push(`${request.method} ${request.url}`)
      response.writeHead(404).end()
    }).listen(0, '127.0.0.1')
    await once(api, 'listening')
    try {
      const folder = join('elsewhere', 'shop')
      const address = `http://127.0.0.1:${(api.address() as AddressInfo).port}/api/`
      const options = ['--template', 'order-processing', '--api-base-url', address]
      const made = await installed.tasker('.', 'init', folder, ...options)
      assert.equal(made.code, 0, made.stderr)
      await symlink(join(project, 'node_modules'), join(installed.folder, folder, 'node_modules'))
      const { code, stdout } = await installed.npm(folder, ['start'])
      assert.equal(code, 1)
      assert.match(stdout, /The API is .*\/api\n/)
      assert.match(stdout, /order_processing is error/)
      assert.deepEqual(requests, ['GET /api/carts/1'])
    } finally {
      api.close()
    }
  })
})
