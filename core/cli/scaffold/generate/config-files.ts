import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { ScaffoldFile } from '../scaffold-file.js'
import { templateFiles } from '../template-files.js'
import { type Generation, importPath } from './generation.js'

const configFile = 'tasker.config.ts'
const folders = ['handlers', 'subscribers', 'exporters', 'plugins']

/** A configuration, the folders that it names as far as they are missing, and a test that it can be used. */
export async function configFiles(directory: string, path: string): Promise<Generation> {
  const content = (await templateFiles(['base'], '')).find((file) => file.path === configFile)!.content
  const missing = folders.filter((folder) => !existsSync(join(directory, folder)))
  const placeholders = missing.map((folder): ScaffoldFile => ({ path: `${folder}/.gitkeep`, content: '' }))
  return [{ path, content }, ...placeholders, testFile(path)]
}

function testFile(configPath: string): ScaffoldFile {
  const path = `test/${configPath.replace(/\.ts$/, '')}.test.ts`
  const content = `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTestTasker } from 'tasker/testing'
import config from '${importPath(path, configPath)}'

test('${configPath} is valid, and all that it names is found and accepted', async () => {
  const t = await createTestTasker({ ...config, database: { path: ':memory:' } })
  assert.deepEqual(t.registries.refusals(), [])
  await t.stop()
})
`
  return { path, content }
}
