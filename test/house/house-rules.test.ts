import assert from 'node:assert/strict'
import { checkHouse, describeViolation } from '../support/house-rules.js'
import { scanSource } from '../support/source-scan.js'

const problemsOf = (files: Record<string, string>) =>
  checkHouse(new Map(Object.entries(files))).map((violation) => describeViolation(violation))

/** Asserts that a made-up tree breaks one rule, and that the message names file, import and rule. */
function breaks(files: Record<string, string>, ...expected: readonly RegExp[]): void {
  const problems = problemsOf(files)
  assert.equal(problems.length, expected.length, problems.join('\n') || 'nothing was found')
  for (const [index, pattern] of expected.entries()) assert.match(problems[index]!, pattern)
}

describe('the scanner of imports', () => {
  const importsOf = (source: string) => scanSource(source).imports

  it('finds every kind of import', () => {
    const source = [
      "import 'a'",
      "import b from 'b'",
      'import { x as y } from "c"',
      "import type { T } from 'd'",
      "import { type U } from 'e'",
      "import * as f from 'f'",
      "import g, { h } from 'g'",
      "export { x } from 'h'",
      "export type { V } from 'i'",
      "export * from 'j'",
      "export * as k from 'k'",
      "const l = await import('l')",
      "type M = import('m').M",
      "const n: typeof import('n') = await import(\n  'n'\n)",
      "const o = require('o')",
      "import p = require('p')",
      "import {\n  q, // from 'not-me'\n  /* from 'nor-me' */ r,\n} from 'q'",
      'const s = await import(`s`)',
      "import data from 'u' with { type: 'json' }",
    ].join('\n')
    assert.deepEqual([...importsOf(source)].sort(), 'abcdefghijklmnopqsu'.split(''))
  })

  it('takes no text, comment, template or regular expression for an import', () => {
    const source = [
      'const a = \'import x from "a"\'',
      '// import b from "b"',
      '/*\n * import c from "c"\n */',
      "const d = `import d from 'd'\nimport('d')`",
      `const e = \`\${wrap({ a: "import('e')" })} import e from 'e'\``,
      "const f = /import g from 'f'/.test(text)",
      "const g = [/['\"]/, /[/']/]",
      "export const from = 'h'",
      "export function load(from = 'i') { return from }",
      "registry.require('k'); this.#import('l')",
      "const ratio = a / b; const other = c / d // from 'j'",
    ].join('\n')
    assert.deepEqual(importsOf(source), [])
  })

  it('finds an import in the hole of a template', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the source of a template
    assert.deepEqual(importsOf("const a = `x ${await import('a')} y ${`${require('b')}`} z`"), ['a', 'b'])
  })

  it('goes on after a quote in a regular expression', () => {
    assert.deepEqual(importsOf("const a = text.replace(/'/g, '')\nimport b from 'b'"), ['b'])
  })
})

describe('the rules of the house', () => {
  it('find nothing in a tree that keeps them', () => {
    assert.deepEqual(
      problemsOf({
        'package.json': '{}',
        '.gitignore': '',
        'tsconfig.json': '{}',
        'README.md': '',
        'docs/architecture.md': '',
        'tasker.config.ts': "import { defineConfig } from 'tasker'\nexport default defineConfig({})",
        'core/index.ts':
          "import 'reflect-metadata'\nexport { E } from './errors/e.js'\nexport type { K } from './kernel/k.js'",
        'core/errors/e.ts': 'export class E {}',
        'core/events/event.ts': "import type { E } from '../errors/e.js'",
        'core/bus/bus.ts': "import { event } from '../events/event.js'\nimport { EventEmitter } from 'eventemitter3'",
        'core/persistence/db.ts': "import { MikroORM } from '@mikro-orm/postgresql'",
        'core/kernel/k.ts': "import { db } from '../persistence/db.js'",
        'core/cli/run.ts':
          "import { k } from '../kernel/k.js'\nprocess.on('SIGTERM', () => process.exit(0))\nconsole.log(1)",
        'core/testing/index.ts': "export { E } from '../index.js'",
        'exporters/csv/index.ts': "export { csv } from './csv.js'",
        'exporters/csv/csv.ts':
          "import { defineExporter } from '../../core/index.js'\nimport { stringify } from 'csv-stringify'",
        'plugins/http/index.ts': "import fastify from 'fastify'",
        'plugins/graphql/index.ts':
          "import { http } from '../http/index.js'\nexport const plugin = { dependsOn: ['http'] }\nimport 'graphql-yoga'",
        'examples/start.ts':
          "import { createTasker } from '../core/index.js'\nimport { shop } from './shop/shop.js'\nconsole.log(shop)",
        'examples/shop/shop.ts': "import { csv } from '../../exporters/csv/index.js'",
        'bench/commits.ts': "import pg from 'pg'\nconsole.log(1)",
        'test/types/define-task.ts': "import { k } from '../../core/kernel/k.js'",
        'test/fixtures/projects/a/utils.ts': "export default 1\nimport '../../../../core/cli/run.js'",
      }),
      [],
    )
  })

  it('let a room import only from rooms above it', () => {
    breaks(
      { 'core/events/a.ts': "import type { B } from '../bus/b.js'", 'core/bus/b.ts': '' },
      /^core\/events\/a\.ts imports core\/bus\/b\.ts: events comes before bus/,
    )
    breaks({ 'core/kernel/a.ts': "await import('../cli/b.js')" }, /kernel comes before cli/)
    breaks({ 'core/contracts/a.ts': "type A = import('../kernel/b.js').B" }, /contracts comes before kernel/)
  })

  it('keep rooms of one line apart', () => {
    breaks({ 'core/bus/a.ts': "export { b } from '../registry/b.js'" }, /bus and registry are on one line/)
    breaks({ 'core/metrics/a.ts': "import '../persistence/b.js'" }, /metrics and persistence are on one line/)
    breaks({ 'core/cli/a.ts': "import '../testing/index.js'" }, /cli and testing are on one line/)
  })

  it('keep the rooms of core away from the door and from extensions', () => {
    breaks({ 'core/kernel/a.ts': "import '../index.js'" }, /rooms of core import each other, not the door/)
    breaks({ 'core/cli/a.ts': "import '../../plugins/http/index.js'" }, /core never imports a plugin/)
    breaks({ 'core/exports/a.ts': "import type {} from '../../exporters/csv/index.js'" }, /core never imports a plugin/)
  })

  it('keep the door a door', () => {
    breaks({ 'core/index.ts': "export { run } from './cli/run.js'" }, /the door re-exports only from the rooms/)
    breaks({ 'core/index.ts': "export * from './bus/bus.js'" }, /named re-exports/)
    breaks({ 'core/index.ts': 'export const version = 1' }, /named re-exports/)
  })

  it('let extensions import only the door and their own folder', () => {
    breaks({ 'subscribers/a/a.ts': "import '../../core/bus/bus.js'" }, /subscribers import only core\/index\.js/)
    breaks({ 'subscribers/a/a.ts': "import '../b/index.js'" }, /subscribers import only core\/index\.js/)
    breaks({ 'exporters/a/a.ts': "import '../../plugins/b/index.js'" }, /exporters import only core\/index\.js/)
    breaks({ 'plugins/a/a.ts': "import '../../core/testing/index.js'" }, /plugins import only core\/index\.js/)
    breaks({ 'plugins/a/a.ts': "import 'tasker'" }, /inside the package doors are imported by their path/)
  })

  it('let a plugin import the door of a plugin that it depends on, and nothing else of it', () => {
    const depends = "export const plugin = { dependsOn: ['b'] }"
    breaks({ 'plugins/a/a.ts': "import '../b/index.js'" }, /a does not depend on b/)
    breaks({ 'plugins/a/a.ts': `${depends}\nimport '../b/inside.js'` }, /the door of a plugin that they depend on/)
    breaks({ 'plugins/a/index.ts': depends, 'plugins/a/a.ts': "import '../b/index.js'" })
  })

  it('let compositions import doors only, and nobody import them', () => {
    breaks({ 'examples/a.ts': "import '../core/kernel/kernel.js'" }, /examples imports doors only/)
    breaks({ 'bench/a.ts': "import '../plugins/http/server.js'" }, /bench imports doors only/)
    breaks({ 'tasker.config.ts': "import './examples/a.js'" }, /nothing imports from examples/)
    breaks({ 'core/cli/a.ts': "import '../../examples/a.js'" }, /nothing imports from examples/)
    breaks({ 'core/cli/a.ts': "import '../../test/support/a.js'" }, /only tests import from test/)
    breaks({ 'examples/a.ts': "import '../../elsewhere/a.js'" }, /outside of the project/)
  })

  it('leave the database to persistence', () => {
    for (const name of ['@mikro-orm/core', 'mikro-orm', 'pg', '@electric-sql/pglite', '@electric-sql/pglite-socket']) {
      breaks({ 'core/orchestration/a.ts': `import type {} from '${name}'` }, /only core\/persistence imports the ORM/)
    }
    breaks({ 'subscribers/a/a.ts': "import 'pg'" }, /only core\/persistence imports the ORM/)
  })

  it('leave HTTP frameworks to the plugins that mount on http', () => {
    breaks({ 'plugins/metrics/a.ts': "import fastify from 'fastify'" }, /only plugins\/http and plugins that depend/)
    breaks({ 'core/cli/a.ts': "import('express')" }, /only plugins\/http/)
  })

  it('leave the console to the command line', () => {
    for (const code of ["console.log('x')", 'process.stdout.write(x)', 'const out = process\n  .stderr']) {
      breaks({ 'core/kernel/a.ts': code }, /^core\/kernel\/a\.ts: only core\/cli and examples write to the console/)
      breaks({ 'subscribers/progress/a.ts': code }, /write to the console/)
    }
    breaks({ 'core/kernel/a.ts': "// console.log\nconst a = 'console.log(1)'; this.console.log(1)" })
  })

  it('leave signals and the end of the process to the command line', () => {
    for (const code of [
      'process.exit(1)',
      "process.on('SIGTERM', stop)",
      'process.once("SIGINT", stop)',
      'process.abort()',
    ]) {
      breaks({ 'core/kernel/a.ts': code }, /only core\/cli handles signals/)
      breaks({ 'examples/a.ts': code }, /only core\/cli handles signals/)
    }
    breaks({ 'core/kernel/a.ts': "import { parentPort } from 'node:worker_threads'\nprocess.exit(1)" })
    breaks({ 'core/kernel/a.ts': "process.exitCode = 1; process.on('warning', log)" })
  })

  it('find cycles, type imports included, once each', () => {
    breaks(
      {
        'core/bus/a.ts': "import { b } from './b.js'",
        'core/bus/b.ts': "import type { C } from './c.js'",
        'core/bus/c.ts': "type A = import('./a.js').A",
        'core/bus/d.ts': "import './a.js'",
      },
      /^core\/bus\/a\.ts imports core\/bus\/b\.ts: no import cycles.*a\.ts → core\/bus\/b\.ts → core\/bus\/c\.ts → core\/bus\/a\.ts$/,
    )
    breaks({ 'test/support/a.ts': "import './a.js'" }, /no import cycles/)
  })

  it('refuse names that say nothing', () => {
    for (const path of ['core/bus/utils.ts', 'core/helpers/a.ts', 'plugins/a/common/b.ts', 'test/unit/misc.test.ts']) {
      assert(
        problemsOf({ [path]: '' }).some((problem) => /nothing is named/.test(problem)),
        path,
      )
    }
    breaks({ 'core/bus/types.ts': '' }, /nothing is named "types"/)
    breaks({ 'core/bus/string-utils.ts': '' }, /nothing is named "string-utils"/)
    breaks({ 'core/bus/event-type.ts': '', 'core/bus/common-event.ts': '' })
  })

  it('refuse default exports but that of the configuration', () => {
    breaks({ 'core/bus/a.ts': 'export default 1' }, /no default exports/)
    breaks({ 'core/bus/a.ts': 'const a = 1\nexport { b, a as default }' }, /no default exports/)
    breaks({ 'core/bus/a.ts': "export { default as a } from './b.js'" })
    breaks({ 'examples/shop/tasker.config.ts': 'export default {}' })
  })

  it('refuse what does not belong in the root, and unknown rooms of core', () => {
    breaks({ 'src/a.ts': '' }, /^src: the root holds only/)
    breaks({ 'notes.md': '' }, /^notes\.md: the root holds only/)
    breaks({ 'core/things/a.ts': '' }, /core has no room "things"/)
    breaks({ 'core/a.ts': '' }, /core has no room "a\.ts"/)
  })
})
