import assert from 'node:assert/strict'
import { parseTaskYaml } from '../../../core/definition/parse-task-yaml.js'
import { TaskYamlError } from '../../../core/errors/task-yaml-errors.js'

const handlers = { work: () => 1 }
type Variables = Readonly<Record<string, string>>

function parse(text: string, variables: Variables = {}, environment?: string) {
  return parseTaskYaml(text, { handlers, variables, ...(environment === undefined ? {} : { environment }) }).definition
}

/** Place and beginning of each problem. */
function problemsOf(text: string, variables: Variables = {}, environment?: string): string[] {
  try {
    parse(text, variables, environment)
  } catch (error) {
    assert(error instanceof TaskYamlError, String(error))
    return error.problems.map(({ line, column, message }) => `${line}:${column} ${message}`)
  }
  return assert.fail('it was accepted')
}

const task = `
name: \${NAME:-order}
version: \${VERSION:-1.0.0}
concurrency: \${CONCURRENCY:-4}
timeout_ms: "\${TIMEOUT:-1500.5}"
step_templates:
  - name: charge
    handler: work
    default_retry_limit: \${RETRIES:-7}
    backoff_ms: ["\${FIRST:-10}", 20]
    skippable: \${SKIPPABLE:-true}
    on_failure: \${ON_FAILURE:-skip}
    description: "\${DESCRIPTION:-tries \${RETRIES} times}"
    handler_config: { port: "\${PORT:-80}", plain: "$\${PORT}" }
environments:
  production:
    step_templates:
      - name: charge
        default_retry_limit: \${PRODUCTION_RETRIES}
`

describe('variables of a task in YAML', () => {
  it('may stand for texts, numbers, true and false, wherever these are wanted', () => {
    const { name, version, concurrency, timeoutMs, steps } = parse(task, { RETRIES: '5', NAME: 'refund' })
    assert.deepEqual([name, version, concurrency, timeoutMs], ['refund', '1.0.0', 4, 1500.5])
    const [{ retry, skippable, onFailure, handlerConfig }] = steps as [(typeof steps)[number]]
    assert.deepEqual(retry, { limit: 5, backoffMs: [10, 20] })
    assert.deepEqual([skippable, onFailure], [true, 'skip'])
    assert.deepEqual(handlerConfig, { port: '80', plain: `$\{PORT}` }, 'where anything may stand, a text stays one')
  })

  it('need to be set only where they count: in the environment that is chosen', () => {
    assert.equal(parse(task, { RETRIES: '5' }).steps[0]?.retry.limit, 5)
    assert.equal(parse(task, { PRODUCTION_RETRIES: '9' }, 'production').steps[0]?.retry.limit, 9)
    assert.deepEqual(problemsOf(task, {}, 'production'), [
      `19:30 the environment variable PRODUCTION_RETRIES is not set; set it, or write a default: $\{PRODUCTION_RETRIES:-…}`,
    ])
  })

  it('are refused where they stand for what is not wanted there, each once', () => {
    const wrong = { RETRIES: 'many', SKIPPABLE: 'yes', ON_FAILURE: 'stop', CONCURRENCY: '0', VERSION: '1' }
    const problems = problemsOf(task, wrong)
    assert.match(problems[0] ?? '', /^3:10 .*: the version is not valid/)
    assert.deepEqual(problems.slice(1), [
      '4:14 concurrency must be at least 1, found 0',
      '9:26 step_templates[0].default_retry_limit must be a whole number, found "many"',
      '11:16 step_templates[0].skippable must be true or false, found "yes"',
      '12:17 step_templates[0].on_failure must be "error" or "skip", found "stop"',
    ])
  })

  it('that are missing bring no other problem with them', () => {
    const text = `
name: \${NAME}
version: \${VERSION}
step_templates:
  - { name: first, handler: "\${HANDLER}", default_retry_limit: "\${RETRIES}", description: "\${DESCRIPTION}" }
  - { name: second, handler: work, depends_on_step: first }
`
    assert.deepEqual(
      problemsOf(text).map((problem) => / variable (\w+) is not set/.exec(problem)?.[1] ?? problem),
      ['NAME', 'VERSION', 'HANDLER', 'RETRIES', 'DESCRIPTION'],
    )
  })
})

describe('concurrent of a task in YAML', () => {
  const withHead = (head: string) => `name: x\n${head}\nstep_templates: [{ name: a, handler: work }]`

  it('says that its steps run one at a time where it is false', () => {
    assert.equal(parse(withHead('concurrent: false')).concurrency, 1)
    assert.equal(parse(withHead('concurrent: true')).concurrency, undefined)
    assert.equal(parse(withHead('concurrent: true\nconcurrency: 3')).concurrency, 3)
    assert.equal(parse(withHead('environments: { slow: { concurrent: false } }'), {}, 'slow').concurrency, 1)
  })

  it('must not contradict concurrency', () => {
    const problems = problemsOf(withHead('concurrent: false\nconcurrency: 3'))
    assert.deepEqual(problems, ['2:13 one step at a time, and 3 at once, contradict each other; keep one of them'])
  })
})

describe('custom events of a task in YAML', () => {
  it('are refused where they stand, in the task, in a step, in an environment', () => {
    const text = `
name: x
custom_events: [order.seen, order]
step_templates:
  - { name: a, handler: work, custom_events: [order.seen] }
  - name: b
    handler: work
    custom_events:
      - order.read
      - { name: task.mine }
environments:
  test: { step_templates: [{ name: a, custom_events: [wrong] }] }
`
    const places = (environment?: string) => problemsOf(text, {}, environment).map((problem) => problem.split(' ')[0])
    assert.deepEqual(places(), ['3:29'], 'the code form tells one mistake of a list')
    const mended = text.replace(', order]', ']')
    assert.deepEqual(
      problemsOf(mended).map((problem) => problem.split(' ')[0]),
      ['10:9'],
    )
    assert.deepEqual(
      problemsOf(mended.replace('task.mine', 'order.mine'), {}, 'test').map((problem) => problem.split(' ')[0]),
      ['12:55'],
    )
  })
})
