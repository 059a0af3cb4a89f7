import { lifecycleEventNames, lifecycleEvents } from '../../../events/event-catalogue.js'
import { matchesPattern } from '../../../events/event-pattern.js'
import type { ScaffoldFile } from '../scaffold-file.js'
import { type Generation, importPath } from './generation.js'
import type { DeclaredEvent } from './heard-events.js'
import { camelCase, kebabCase, quoted } from './identifiers.js'

/** A subscriber that is to be written. */
export interface NewSubscriber {
  readonly name: string
  /** Names of events or wildcards; each selects something. */
  readonly patterns: readonly string[]
  readonly durable: boolean
  /** The custom events of the project. */
  readonly customEvents: readonly DeclaredEvent[]
}

/** A subscriber that logs what it hears, and a test that has it hear an example of each. */
export function subscriberFiles(subscriber: NewSubscriber, folder: string): Generation {
  const stem = kebabCase(subscriber.name)
  const path = `${folder}/${stem}.subscriber.ts`
  const test = testFile(subscriber, `test/${stem}.subscriber.test.ts`, path)
  return [{ path, content: subscriberText(subscriber) }, test]
}

function subscriberText({ name, patterns, durable }: NewSubscriber): string {
  const handlers = patterns.map(
    (pattern) => `    ${quoted(pattern)}: ({ name, payload }, { log }) => log.info({ payload }, name),`,
  )
  const option = durable
    ? `\n  // It hears the log by a cursor of its own: at least once, in order per task, also what happened while it was away.\n  durable: true,`
    : ''
  return `import { defineSubscriber } from 'tasker'

export const ${exportName(name)} = defineSubscriber({
  name: ${quoted(name)},${option}
  on: {
${handlers.join('\n')}
  },
})
`
}

const exportName = (name: string): string => camelCase(name, 'subscriber')

function testFile(subscriber: NewSubscriber, path: string, subscriberPath: string): ScaffoldFile {
  const { name, patterns, durable } = subscriber
  const { own, custom, deliveries } = publishedEvents(subscriber)
  const constant = exportName(name)
  const hasAll = own.length === lifecycleEventNames.length
  const fromTasker = [
    ...(custom.length > 0 ? ['defineEvent'] : []),
    ...(durable ? ['defineTask'] : []),
    'EventBus',
    ...(hasAll ? ['lifecycleEventNames'] : []),
  ]
  const fromTesting = [...(durable ? ['createTestTasker'] : []), ...(own.length > 0 ? ['eventExamples'] : [])]
  const body = [
    ...custom.map((event) => `bus.declare(defineEvent(${quoted(event)}))`),
    `bus.attach(${constant})`,
    'bus.open()',
    ...(own.length > 0 ? publishing(own, hasAll) : []),
    ...custom.map((event) => `bus.publish(${quoted(event)}, { example: true })`),
    'await bus.drain()',
    'const [heard] = bus.stats().subscribers',
    `assert.deepEqual([heard?.delivered, heard?.failed], [${deliveries}, 0])`,
  ]
  const content = `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ${fromTasker.join(', ')} } from 'tasker'
${fromTesting.length > 0 ? `import { ${fromTesting.join(', ')} } from 'tasker/testing'\n` : ''}import { ${constant} } from '${importPath(path, subscriberPath)}'

test(${quoted(`${name} takes the events that it listens to`)}, async () => {
  // ${patterns.join(', ')}: an example of each.
  const bus = new EventBus()
${body.map((line) => `  ${line}`).join('\n')}
})
${durable ? durableTest(name, constant, custom) : ''}`
  return { path, content }
}

function publishing(names: readonly string[], areAll: boolean): readonly string[] {
  const publish = 'bus.publishLifecycle(name, eventExamples[name])'
  if (areAll) return [`for (const name of lifecycleEventNames) ${publish}`]
  if (names.length === 1) return [`bus.publishLifecycle(${quoted(names[0]!)}, eventExamples[${quoted(names[0]!)}])`]
  const constants = lineOrLines('const names = [', names.map(quoted), '] as const', 2)
  return [...constants, `for (const name of names) ${publish}`]
}

function durableTest(name: string, constant: string, custom: readonly string[]): string {
  const declared = custom.map((event) => `defineEvent(${quoted(event)}, undefined, { durable: true })`)
  const settings = [
    'handlers: [sample],',
    `subscribers: [${constant}],`,
    ...(custom.length > 0 ? lineOrLines('customEvents: [', declared, '],', 4) : []),
    "clock: 'system',",
  ]
  return `
test(${quoted(`${name} reads the log to its end`)}, async () => {
  const sample = defineTask({ name: 'sample' }).step('only', async () => 1)
  const t = await createTestTasker({
${settings.map((line) => `    ${line}`).join('\n')}
  })
  await t.run(sample)
  await t.subscriptions.caughtUp(${quoted(name)})
  const [subscription] = await t.subscriptions.list()
  assert.equal(subscription?.name, ${quoted(name)})
  await t.stop()
})
`
}

const lineWidth = 120

/** A list on one line where it fits, else each entry on its own. */
function lineOrLines(head: string, entries: readonly string[], tail: string, indent: number): readonly string[] {
  const line = `${head}${entries.join(', ')}${tail}`
  return line.length + indent <= lineWidth ? [line] : [head, ...entries.map((each) => `  ${each},`), tail]
}

/** What the test publishes, and how often the subscriber is called for it: once for each pattern that selects an event. */
function publishedEvents({ patterns, durable, customEvents }: NewSubscriber) {
  const isHeard = (name: string) => patterns.some((pattern) => matchesPattern(pattern, name))
  const own = lifecycleEventNames.filter((name) => isHeard(name) && (!durable || lifecycleEvents[name].durable))
  const custom = customEvents.filter((event) => isHeard(event.name) && (!durable || event.durable))
  const names = [...own, ...custom.map(({ name }) => name)]
  const count = (pattern: string) => names.filter((name) => matchesPattern(pattern, name)).length
  const deliveries = patterns.reduce((sum, pattern) => sum + count(pattern), 0)
  return { own, custom: custom.map(({ name }) => name), deliveries }
}
