import assert from 'node:assert/strict'
import { ProjectOnDisk } from '../../unit/config/project-on-disk.js'
import { bootError } from './bad-project.js'

interface Case {
  readonly code: string
  /** What stands in tasker.config.ts. */
  readonly source: string
  /** What the message must say: the thing, the place, the way out. */
  readonly says: readonly RegExp[]
}

const cases: Readonly<Record<string, Case>> = {
  'a setting of the wrong type': {
    code: 'CONFIGURATION_INVALID',
    source: "export default { execution: { concurrentTasks: 'many' } }",
    says: [
      /execution\.concurrentTasks \(tasker\.config\.ts:1:31\)/,
      /expected an integer from 1/,
      /received the text "many"/,
    ],
  },
  'a key that does not exist': {
    code: 'CONFIGURATION_INVALID',
    source: 'export default { excution: { concurrentTasks: 5 } }',
    says: [/excution \(tasker\.config\.ts:1:18\)/, /Did you mean "execution"\?/],
  },
  'several things at once': {
    code: 'CONFIGURATION_INVALID',
    source: "export default { handlers: './handlers', execution: { leaseMs: -1 }, boot: { timeout: 5 } }",
    says: [/3 problems/, /handlers \(/, /execution\.leaseMs \(/, /boot\.timeout \(.*Did you mean "timeoutMs"\?/],
  },
  'a file that does not parse': {
    code: 'CONFIGURATION_LOAD_FAILED',
    source: 'export default {\n  database: ,\n}',
    says: [/tasker\.config\.ts:2:\d+ could not be loaded/],
  },
  'a file that throws': {
    code: 'CONFIGURATION_LOAD_FAILED',
    source: 'const settings = undefined as never as { a: string }\n\nexport default { worker: { name: settings.a } }',
    says: [/tasker\.config\.ts:3:\d+ could not be loaded/, /Cannot read properties of undefined/],
  },
  'a function that throws': {
    code: 'CONFIGURATION_LOAD_FAILED',
    source: "export default () => {\n  throw new Error('DATABASE_URL is not set')\n}",
    says: [/tasker\.config\.ts:2:\d+/, /DATABASE_URL is not set/],
  },
  'no default export': {
    code: 'CONFIGURATION_LOAD_FAILED',
    source: 'export const config = {}',
    says: [/tasker\.config\.ts/, /exports only config/, /Write "export default defineConfig/],
  },
  'a custom event in a family of Tasker': {
    code: 'CONFIGURATION_INVALID',
    source: "export default { customEvents: { 'task.shipped': {} } }",
    says: [/customEvents\["task\.shipped"\] \(tasker\.config\.ts:1:34\)/, /"order\.shipped"/],
  },
  'a custom event whose schema is none': {
    code: 'CONFIGURATION_INVALID',
    source: "export default { customEvents: { 'order.shipped': { schema: { type: 'objekt' } } } }",
    says: [/customEvents\["order\.shipped"\]\.schema \(tasker\.config\.ts:1:53\): expected JSON Schema/, /objekt/],
  },
  'a database that is not PostgreSQL': {
    code: 'CONFIGURATION_INVALID',
    source: "export default { database: { url: 'mysql://shop:hunter2@db/shop' } }",
    says: [/database\.url \(tasker\.config\.ts:1:30\)/, /^(?!.*hunter2)/s],
  },
  'a database folder that cannot be made': {
    code: 'EMBEDDED_DATABASE_START_FAILED',
    source: "export default { database: { path: './tasker.config.ts/state/db' } }",
    says: [
      /The embedded database in \/.*\/tasker\.config\.ts\/state\/db did not start/,
      /Set database\.path to a folder/,
    ],
  },
  'a database folder that holds other things': {
    code: 'EMBEDDED_DATABASE_FOLDER',
    source: "export default { database: { path: './handlers' } }",
    says: [/cannot use \/.*\/handlers\./, /Received one that holds \.keep/, /Set database\.path to another folder/],
  },
  'a folder that does not exist': {
    code: 'PLACE_NOT_FOUND',
    source: "export default { database: { path: ':memory:' }, handlers: ['./handlerz'] }",
    says: [/names "\.\/handlerz" under handlers/, /relative to \//, /Did you mean "\.\/handlers"\?/],
  },
}

describe('A configuration with', () => {
  for (const [what, { code, source, says }] of Object.entries(cases)) {
    it(`${what} is refused`, async () => {
      await using project = await ProjectOnDisk.with({ 'tasker.config.ts': source, 'handlers/.keep': '' })
      const error = await bootError(project)
      assert.equal(error.code, code)
      for (const part of says) assert.match(error.message, part)
    })
  }

  it('a file that was named and is not there is refused', async () => {
    await using project = await ProjectOnDisk.with({})
    const error = await bootError(project, { configFile: 'config/tasker.ts' })
    assert.equal(error.code, 'CONFIGURATION_FILE_NOT_FOUND')
    assert.match(error.message, /config\/tasker\.ts does not exist\. Correct the path/)
  })
})
