import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Type } from 'typebox'
import { isDefinedTask } from '../../../core/contracts/task-definition.js'
import { defineTask } from '../../../core/definition/define-task.js'
import { loadTaskYaml } from '../../../core/definition/load-task-yaml.js'
import { parseTaskYaml } from '../../../core/definition/parse-task-yaml.js'
import { DependencyCycleError, InvalidTaskVersionError } from '../../../core/errors/definition-errors.js'
import { TaskFileNotLoadedError, TaskYamlError } from '../../../core/errors/task-yaml-errors.js'

class ChargeStep {
  process() {
    return { charged: 1 }
  }
}
const loadOrder = () => ({ total: 1 })
const handlers = { loadOrder, Charge: ChargeStep }

const full = `
name: process_order
namespace_name: payments
version: "2.1.0"
task_handler_class: Ignored
module_namespace: Payments
concurrent: true
concurrency: 4
timeout_ms: 60000
default_dependent_system: shop
named_steps: [load_order, charge]
sensitive: [card.number]
schema:
  type: object
  required: [orderId]
  properties:
    orderId: { type: integer }
custom_events:
  - order.seen
step_templates:
  - name: load_order
    handler: loadOrder
    results: { type: object }
    custom_events: [{ name: order.loaded, description: Read }]
  - name: charge
    description: Charges
    handler_class: ChargeStep
    depends_on_step: load_order
    depends_on_steps: [load_order]
    default_retryable: false
    default_retry_limit: 5
    backoff_ms: [10, 20]
    skippable: true
    on_failure: skip
    timeout_seconds: 1.5
    dependent_system: gateway
    handler_config: { url: "https://\${HOST:-localhost}/\${PATH_PART}", deep: { a: 1, list: [1, 2] } }
environments:
  production:
    concurrency: 9
    step_templates:
      - name: charge
        default_retry_limit: 8
        handler_config: { deep: { list: [3] } }
`
const variables = { PATH_PART: 'pay' }

function problemsOf(text: string, options: object = {}): { at: string; message: string }[] {
  try {
    parseTaskYaml(text, { handlers, file: 'x.task.yaml', variables, ...options })
  } catch (error) {
    assert.ok(error instanceof TaskYamlError, String(error))
    for (const { line, column, message } of error.problems) {
      assert.ok(error.message.includes(`x.task.yaml:${line}:${column} ${message}`))
    }
    return error.problems.map(({ line, column, message }) => ({ at: `${line}:${column}`, message }))
  }
  return assert.fail('it was accepted')
}

describe('a task in YAML', () => {
  it('has the same definition and hash as the same task in code', () => {
    const yaml = parseTaskYaml(full, { handlers, variables })
    const code = defineTask({
      namespace: 'payments',
      name: 'process_order',
      version: '2.1.0',
      concurrency: 4,
      timeoutMs: 60_000,
      sensitive: ['card.number'],
      context: Type.Object({ orderId: Type.Integer() }),
      customEvents: ['order.seen', { name: 'order.loaded', description: 'Read' }],
    })
      .step('load_order', { dependentSystem: 'shop', results: Type.Unsafe<object>({ type: 'object' }) }, loadOrder)
      .step('charge', {
        dependsOn: ['load_order'],
        description: 'Charges',
        retryable: false,
        retry: { limit: 5, backoffMs: [10, 20] },
        skippable: true,
        onFailure: 'skip',
        timeoutMs: 1500,
        dependentSystem: 'gateway',
        handlerConfig: { url: 'https://localhost/pay', deep: { a: 1, list: [1, 2] } },
        handler: ChargeStep,
      })
    assert.equal(isDefinedTask(yaml), true)
    assert.deepEqual(JSON.parse(JSON.stringify(yaml.definition)), JSON.parse(JSON.stringify(code.definition)))
    assert.equal(yaml.definition.hash, code.definition.hash)
    assert.deepEqual(yaml.definition.steps[1]?.handler, { kind: 'class', constructor: ChargeStep })
  })

  it('lays an environment over it, deeply, steps by name', () => {
    const { definition } = parseTaskYaml(full, { handlers, variables, environment: 'production' })
    assert.equal(definition.concurrency, 9)
    assert.equal(definition.steps[1]?.retry.limit, 8)
    assert.deepEqual(definition.steps[1]?.handlerConfig, { url: 'https://localhost/pay', deep: { a: 1, list: [3] } })
    assert.equal(parseTaskYaml(full, { handlers, variables, environment: 'test' }).definition.concurrency, 4)
  })

  it('may depend on steps further down', () => {
    const text =
      'name: x\nstep_templates:\n  - { name: b, handler: loadOrder, depends_on_step: a }\n  - { name: a, handler: loadOrder }\n'
    assert.deepEqual(parseTaskYaml(text, { handlers }).definition.steps[0]?.dependsOn, ['a'])
  })

  it('takes anchors and merge keys, and $${ for a plain ${', () => {
    const text =
      'name: x\ndescription: "$${NOPE}"\nstep_templates:\n  - &a { name: a, handler: loadOrder }\n  - { <<: *a, name: b }\n'
    const { definition } = parseTaskYaml(text, { handlers })
    assert.equal(definition.description, '${' + 'NOPE}')
    assert.equal(definition.steps.length, 2)
  })
})

describe('a task in YAML says line and column of', () => {
  const step = '  - name: a\n    handler: loadOrder\n'

  it('a mistake in the syntax', () => {
    assert.equal(problemsOf('name: x\nstep_templates: [\n')[0]?.at.split(':')[0], '3')
    assert.match(problemsOf(`name: x\nname: y\nstep_templates:\n${step}`)[0]!.message, /unique/)
  })

  it('unknown keys, each with the nearest valid one', () => {
    assert.deepEqual(
      problemsOf(`nme: x\nname: x\nstep_templates:\n  - name: a\n    handler: loadOrder\n    depends_on_stps: []\n`),
      [
        { at: '1:1', message: 'the file has no key "nme"; did you mean "name"?' },
        { at: '6:5', message: 'step_templates[0] has no key "depends_on_stps"; did you mean "depends_on_steps"?' },
      ],
    )
  })

  it('wrong types and missing keys, all at once', () => {
    assert.deepEqual(
      problemsOf('version: 1.0\nstep_templates:\n  - name: a\n    skippable: 7\n    on_failure: stop\n'),
      [
        { at: '1:1', message: 'the file needs the key "name"' },
        { at: '1:10', message: 'version must be text (write numbers and versions in quotes), found 1' },
        { at: '4:16', message: 'step_templates[0].skippable must be true or false, found 7' },
        { at: '5:17', message: 'step_templates[0].on_failure must be "error" or "skip", found "stop"' },
      ],
    )
    assert.equal(problemsOf('').length, 1)
    assert.equal(problemsOf('- a\n').length, 1)
  })

  it('a step named twice', () => {
    assert.equal(problemsOf(`name: x\nstep_templates:\n${step}${step}`)[0]?.at, '5:11')
  })

  it('an unknown dependency, at its place in the list', () => {
    const [problem] = problemsOf(
      `name: x\nstep_templates:\n${step}  - name: b\n    handler: loadOrder\n    depends_on_steps: [a, aa]\n`,
    )
    assert.equal(problem?.at, '7:27')
    assert.match(problem?.message ?? '', /depends on "aa".*Did you mean "a"\?/)
  })

  it('a cycle, named', () => {
    const text = `name: x\nstep_templates:\n${step}    depends_on_step: b\n  - name: b\n    handler: loadOrder\n    depends_on_step: a\n`
    const [problem] = problemsOf(text)
    assert.match(problem?.message ?? '', /(a → b → a|b → a → b)/)
    assert.ok(['5:22', '8:22'].includes(problem?.at ?? ''))
    assert.throws(
      () => parseTaskYaml(text, { handlers }),
      (error: Error) => error.cause instanceof DependencyCycleError,
    )
  })

  it('a step that depends on itself', () => {
    const [problem] = problemsOf(`name: x\nstep_templates:\n${step}    depends_on_step: a\n`)
    assert.equal(problem?.at, '5:22')
    assert.match(problem?.message ?? '', /a → a/)
  })

  it('a mistake in a custom event, once', () => {
    assert.deepEqual(problemsOf(`name: x\nstep_templates:\n${step}    custom_events: [{ nam: a.b }]\n`), [
      { at: '5:23', message: 'step_templates[0].custom_events[0] has no key "nam"; did you mean "name"?' },
    ])
  })

  it('a handler that is not found, with the exports', () => {
    const text = 'name: x\nstep_templates:\n  - name: a\n    handler_class: ChargeStp\n'
    const [problem] = problemsOf(text)
    assert.equal(problem?.at, '4:20')
    assert.match(problem?.message ?? '', /among the exports loadOrder, Charge/)
    assert.match(problemsOf(text, { handlers: {} })[0]!.message, /key "handlers"/)
    assert.match(problemsOf('name: x\nstep_templates:\n  - name: a\n')[0]!.message, /"handler_class" and "handler"/)
  })

  it('what the code form refuses too', () => {
    const [version] = problemsOf(`name: x\nversion: "1"\nstep_templates:\n${step}`)
    assert.equal(version?.at, '2:10')
    assert.throws(
      () => parseTaskYaml(`name: x\nversion: "1"\nstep_templates:\n${step}`, { handlers }),
      (error: Error) => error.cause instanceof InvalidTaskVersionError,
    )
    assert.equal(problemsOf(`name: x\nstep_templates:\n${step}    on_failure: skip\n`)[0]?.at, '5:17')
    assert.equal(problemsOf(`name: x\nschema: { type: objekt }\nstep_templates:\n${step}`)[0]?.at, '2:9')
    assert.equal(problemsOf(`name: x\nstep_templates:\n${step}    results: { type: objekt }\n`)[0]?.at, '5:14')
    assert.equal(
      problemsOf(`name: x\nstep_templates:\n${step}    timeout_ms: 1\n    timeout_seconds: 1\n`)[0]?.at,
      '6:22',
    )
  })

  it('names that named_steps does not list', () => {
    const [problem] = problemsOf(`name: x\nnamed_steps: [aa]\nstep_templates:\n${step}`)
    assert.equal(problem?.at, '4:11')
    assert.match(problem?.message ?? '', /did you mean "aa"/)
  })

  it('a variable that is not set', () => {
    const text =
      'name: x\nstep_templates:\n  - name: a\n    handler: loadOrder\n    handler_config: { url: "${' + 'NOPE}" }\n'
    assert.deepEqual(problemsOf(text), [
      { at: '5:28', message: 'the environment variable NOPE is not set; set it, or write a default: ${' + 'NOPE:-…}' },
    ])
  })

  it('what an environment changes, in the environment', () => {
    const base = `name: x\nstep_templates:\n${step}environments:\n  production:\n    version: "9"\n    step_templates:\n`
    const production = { environment: 'production' }
    assert.equal(
      problemsOf(`${base}      - { name: a, on_failure: skip }\n`, production)
        .map(({ at }) => at)
        .join(),
      '7:14,9:32',
    )
    assert.match(problemsOf(`${base}      - { name: aa }\n`, production)[1]!.message, /no step "aa"; did you mean "a"/)
  })
})

describe('a task in YAML says at once', () => {
  const told = (text: string, options: object = {}) =>
    problemsOf(text, options).map(({ at, message }) => `${at} ${message}`)
  const expectAll = (lines: readonly string[], patterns: readonly RegExp[]) => {
    assert.equal(lines.length, patterns.length, lines.join('\n'))
    for (const [index, pattern] of patterns.entries()) assert.match(lines[index]!, pattern)
  }

  it('unknown handlers, unknown keys, unknown dependencies, cycles and names that stand twice', () => {
    const text = `name: x
verzion: "1.0.0"
step_templates:
  - { name: a, handler: lodOrder, depends_on_step: b }
  - { name: b, handler: loadOrder, depends_on_steps: [a, nowhere, neither] }
  - { name: c, handler: loadOrder, retrys: 3, depends_on_step: aa }
  - { name: c, handler: loadOrder, depends_on_step: d }
  - { name: d, depends_on_step: d, on_failure: skip, results: { type: objekt } }
`
    expectAll(told(text), [
      /^2:1 the file has no key "verzion"; did you mean "version"/,
      /^4:25 the handler "lodOrder" was not found.*"loadOrder"/,
      /^5:55 .*b → a → b/,
      /^5:58 .*depends on "nowhere"/,
      /^5:67 .*depends on "neither"/,
      /^6:36 step_templates\[2\] has no key "retrys"/,
      /^6:64 .*depends on "aa"/,
      /^7:13 there is another step named "c"/,
      /^8:5 step "d" needs one of the keys/,
      /^8:33 .*d → d/,
      /^8:48 .*"onFailure"/,
      /^8:63 .*schema of the results/,
    ])
  })

  it('what is wrong with the head and with its steps', () => {
    const text = `namespace: "9"
version: "1"
step_templates:
  - { handler: loadOrder, depends_on_step: nowhere }
  - 7
  - { name: b, handler: nothing, timeout_ms: 0 }
`
    expectAll(told(text), [
      /^1:1 the file needs the key "name"/,
      /^1:12 .*name of a namespace/,
      /^2:10 .*version/,
      /^4:5 step_templates\[0\] needs the key "name"/,
      /^4:44 .*depends on "nowhere"/,
      /^5:5 step_templates\[1\] must be a map of keys, found 7/,
      /^6:25 the handler "nothing" was not found/,
      /^6:46 step_templates\[2\]\.timeout_ms must be greater than 0/,
    ])
  })

  it('nothing that only follows from another mistake', () => {
    expectAll(told('name: x\nstep_templates:\n  - { name: a, handlr: loadOrder }\n'), [/no key "handlr"/])
    expectAll(told('name: x\nhandlerz: ./x.ts\nstep_templates:\n  - { name: a, handler: other }\n'), [/"handlerz"/])
    expectAll(
      told('name: x\nstep_templates:\n  - { name: a, handler: loadOrder, skipable: true, on_failure: skip }\n'),
      [/no key "skipable"/],
    )
    expectAll(told('name: x\nstep_templates: 7\n'), [/^2:17 step_templates must be a list/])
  })

  it('what is wrong in environments that are not chosen', () => {
    const base = 'name: x\nstep_templates:\n  - { name: a, handler: loadOrder, depends_on_step: b }\nenvironments:\n'
    expectAll(
      told(`${base}  test: { nme: y, step_templates: [{ name: a, skippable: 7 }, 8, { skippable: true }] }\n`),
      [
        /^3:53 .*depends on "b"/,
        /^5:11 .*has no key "nme"/,
        /^5:58 .*skippable must be true or false/,
        /^5:63 .*must be a map of keys/,
        /^5:66 .*needs the key "name"/,
      ],
    )
    expectAll(told(`${base}  test: 7\n`), [/depends on "b"/, /must be a map of keys/])
  })
})

describe('handler_config at the top of a task in YAML', () => {
  it('is what the handler_config of each step is laid over', () => {
    const text = `name: x
handler_config: { url: "https://a", headers: { from: x, trace: on } }
step_templates:
  - { name: a, handler: loadOrder }
  - { name: b, handler: loadOrder, handler_config: { url: "https://b", headers: { from: y } } }
environments:
  production: { handler_config: { url: "https://p" } }
`
    const configs = (environment?: string) =>
      parseTaskYaml(text, { handlers, ...(environment === undefined ? {} : { environment }) }).definition.steps.map(
        ({ handlerConfig }) => handlerConfig,
      )
    const b = { url: 'https://b', headers: { from: 'y', trace: 'on' } }
    assert.deepEqual(configs(), [{ url: 'https://a', headers: { from: 'x', trace: 'on' } }, b])
    assert.deepEqual(configs('production'), [{ url: 'https://p', headers: { from: 'x', trace: 'on' } }, b])
  })
})

describe('loadTaskYaml', () => {
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tasker-yaml-'))
  })
  after(() => rm(folder, { recursive: true }))

  const write = async (handlersLine: string) => {
    const file = join(folder, 'x.task.yaml')
    await writeFile(file, `name: x\n${handlersLine}step_templates:\n  - { name: a, handler: loadOrder }\n`)
    return file
  }

  it('loads the modules it names, relative to the file', async () => {
    const loaded: string[] = []
    const loadModule = (path: string) => {
      loaded.push(path)
      return handlers
    }
    const task = await loadTaskYaml(await write('handlers: ./sub/handlers.ts\n'), { loadModule })
    assert.deepEqual(loaded, [resolve(folder, 'sub/handlers.ts')])
    assert.equal(task.definition.name, 'x')
  })

  it('says which file or module could not be loaded', async () => {
    const loadModule = () => Promise.reject(new Error('broken'))
    await assert.rejects(loadTaskYaml(join(folder, 'none.task.yaml'), { loadModule }), TaskFileNotLoadedError)
    const file = await write('handlers: [./a.ts]\n')
    await assert.rejects(loadTaskYaml(file, { loadModule }), /x\.task\.yaml names the handler module \.\/a\.ts.*broken/)
  })

  it('says what else is wrong beside a module that could not be loaded', async () => {
    const file = join(folder, 'y.task.yaml')
    await writeFile(
      file,
      'name: x\nhandlers: [./a.ts]\nstep_templates:\n  - { name: a, handler: loadOrder, depends_on_step: b }\n',
    )
    const loadModule = () => Promise.reject(new Error('broken'))
    await assert.rejects(loadTaskYaml(file, { loadModule }), (error: Error) => {
      assert.ok(error instanceof TaskYamlError)
      assert.ok(error.cause instanceof TaskFileNotLoadedError)
      assert.deepEqual(
        error.problems.map(({ line, column }) => `${line}:${column}`),
        ['2:12', '4:53'],
      )
      return true
    })
  })

  it('refuses one name exported by two modules', async () => {
    const loadModule = (path: string) => ({ loadOrder: path.endsWith('a.ts') ? () => 1 : () => 2 })
    await assert.rejects(loadTaskYaml(await write('handlers: [./a.ts, ./b.ts]\n'), { loadModule }), TaskYamlError)
  })
})
