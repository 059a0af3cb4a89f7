import type { ScaffoldFile } from '../scaffold-file.js'
import { type Generation, importPath } from './generation.js'
import { camelCase, kebabCase, quoted } from './identifiers.js'

/** A plugin with an option, an API for others and a health check, and a test. */
export function pluginFiles(name: string, folder: string): Generation {
  const stem = kebabCase(name)
  const path = `${folder}/${stem}.plugin.ts`
  const constant = camelCase(name, 'plugin')
  return [{ path, content: pluginText(name, constant) }, testFile(name, constant, `test/${stem}.plugin.test.ts`, path)]
}

function pluginText(name: string, constant: string): string {
  return `import { definePlugin } from 'tasker'
import { Type } from 'typebox'

export const ${constant} = definePlugin({
  name: ${quoted(name)},
  version: '0.1.0',
  // Given by { use, options } in the configuration; checked, defaults filled in.
  options: Type.Object({ mostFailures: Type.Integer({ minimum: 0, default: 100 }) }),
  setup({ events, health }, { mostFailures }) {
    let failures = 0
    events.on('task.failed', () => {
      failures += 1
    })
    health.register(${quoted(name)}, async () => ({ isHealthy: failures <= mostFailures }))
    // What others get from plugins.require(${quoted(name)}).
    return { failures: () => failures }
  },
})
`
}

function testFile(name: string, constant: string, path: string, pluginPath: string): ScaffoldFile {
  const content = `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defineTask, PermanentError, type PluginApiOf } from 'tasker'
import { createTestTasker } from 'tasker/testing'
import { ${constant} } from '${importPath(path, pluginPath)}'

const sample = defineTask({ name: 'sample' }).step('only', async () => {
  throw new PermanentError('as the test wants it')
})

test(${quoted(`${name} counts the tasks that failed`)}, async () => {
  const t = await createTestTasker({ handlers: [sample], plugins: [${constant}] })
  const api = t.plugins.require(${quoted(name)}) as PluginApiOf<typeof ${constant}>
  assert.equal(api.failures(), 0)
  await t.run(sample)
  assert.equal(api.failures(), 1)
  await t.stop()
})
`
  return { path, content }
}
