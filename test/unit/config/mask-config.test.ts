import assert from 'node:assert/strict'
import { printableConfig } from '../../../core/config/mask-config.js'
import { maskUrlSecrets } from '../../../core/config/printable-value.js'
import { resolveConfig } from '../../../core/config/resolve-config.js'
import { defineEvent } from '../../../core/events/custom-event.js'

describe('printableConfig', () => {
  it('masks every secret and changes nothing else', async () => {
    const config = await resolveConfig(
      {
        database: {
          url: 'postgres://tasker:hunter2@db:5432/shop?sslpassword=hunter2',
          ssl: { key: 'hunter2', ca: 'public' },
        },
        plugins: [{ use: 'mail', options: { from: 'me', apiToken: 'hunter2', relay: 'smtp://me:hunter2@mail' } }],
      },
      { variables: {} },
    )
    const printed = printableConfig(config)
    assert.doesNotMatch(JSON.stringify(printed), /hunter2/)
    const values = printed.values as { database: object; plugins: object[]; execution: object }
    assert.deepEqual(values.database, {
      url: 'postgres://tasker:[FILTERED]@db:5432/shop?sslpassword=[FILTERED]',
      path: config.values.database.path,
      schema: 'tasker',
      poolSize: 10,
      connectTimeoutMs: 10_000,
      queryTimeoutMs: 30_000,
      waitAtBootMs: 0,
      ssl: { key: '[FILTERED]', ca: 'public' },
    })
    assert.deepEqual(values.plugins, [
      { use: 'mail', options: { from: 'me', apiToken: '[FILTERED]', relay: 'smtp://me:[FILTERED]@mail' } },
    ])
    assert.deepEqual(values.execution, config.values.execution)
  })

  it('masks what the configured filter names, with the configured mask', async () => {
    const plugins = [{ use: 'x', options: { pin: '1234', mode: 'a' } }]
    const config = await resolveConfig({ plugins, filter: { parameters: ['pin'], mask: '***' } }, { variables: {} })
    assert.deepEqual(printableConfig(config).values.plugins, [{ use: 'x', options: { pin: '***', mode: 'a' } }])
  })

  it('shows values of code by kind and name', async () => {
    class Audit {}
    class Builder {
      definition = { namespace: 'payments', name: 'refund', version: '1.0.0' }
    }
    const mail = { name: 'mail', version: '1.0.0', setup() {} }
    const config = await resolveConfig(
      {
        handlers: [new Builder() as never],
        subscribers: [Audit],
        plugins: [{ use: mail as never }],
        customEvents: [defineEvent('order.fulfilled')],
      },
      { variables: {} },
    )
    const { handlers, subscribers, plugins, customEvents } = printableConfig(config).values
    assert.deepEqual(
      { handlers, subscribers, plugins, customEvents },
      {
        handlers: ['[Builder payments.refund@1.0.0]'],
        subscribers: ['[class Audit]'],
        plugins: [{ use: '[value mail]' }],
        customEvents: ['[value order.fulfilled]'],
      },
    )
  })
})

describe('maskUrlSecrets', () => {
  it('masks passwords that hold characters of URLs', () => {
    for (const password of ['a@b', 'a/b', 'a#b', 'a?b', 'a:b', '%40'])
      assert.equal(maskUrlSecrets(`postgres://u:${password}@host/db`), 'postgres://u:[FILTERED]@host/db')
  })

  it('leaves URLs without secrets and other texts alone', () => {
    for (const text of ['postgres://host:5432/db?ssl=true', 'postgres://u@host/db', 'a: b@c', './handlers'])
      assert.equal(maskUrlSecrets(text), text)
  })
})
