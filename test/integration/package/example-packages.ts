import assert from 'node:assert/strict'
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { checkout } from '../../support/docs/generated-section.js'
import { run, tsc } from '../../support/docs/readme-project.js'

/** The folder of the example packages. */
export const examples = join(checkout, 'examples/packages')
export const names = ['tasker-exporter-xml', 'tasker-subscriber-webhook', 'tasker-plugin-slow-steps']

/** Copies a package to where it finds Tasker, compiles it there and runs its tests, as its author would. */
export async function buildAndTest(name: string, copy: string): Promise<void> {
  const isSource = (path: string) => !/[/\\](node_modules|dist)$/.test(path)
  await cp(join(examples, name), copy, { recursive: true, filter: isSource })
  const compiled = await run(copy, tsc, ['-p', '.'])
  assert.equal(compiled.code, 0, compiled.stdout)
  const tested = await run(copy, process.execPath, ['--test', 'dist/test/*.test.js'])
  assert.equal(tested.code, 0, tested.stdout)
  assert.match(tested.stdout, /(#|ℹ) pass [1-9]/)
}
