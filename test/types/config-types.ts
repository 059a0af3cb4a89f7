import type { TaskerConfigInput, TaskerSettingsInput } from '../../core/config/config-input.js'
import type { ConfigValues, Given, Settings } from '../../core/config/config-schema.js'
import { type ConfigFunction, defineConfig } from '../../core/config/define-config.js'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const assertType = <_T extends true>() => undefined

defineConfig({})
defineConfig({ database: { url: process.env.DATABASE_URL }, execution: { concurrentTasks: 1 }, plugins: [] })
defineConfig({ plugins: ['./plugins', { use: 'mail', options: { from: 'a' } }], discovery: { packages: ['mail'] } })
defineConfig({ environments: { production: { logging: { level: 'warn' } } } })
defineConfig(({ env, mode }) => ({ database: { url: env.DATABASE_URL }, metrics: { enabled: mode === 'production' } }))
defineConfig(async ({ environment }) => ({ worker: { name: environment } }))
defineConfig(Promise.resolve({ boot: { timeoutMs: 1000 } }))

assertType<Equal<ReturnType<typeof object>, TaskerConfigInput>>()
const object = () => defineConfig({})
assertType<Equal<ReturnType<typeof fn>, ConfigFunction>>()
const fn = () => defineConfig(() => ({}))

// @ts-expect-error an unknown key
defineConfig({ subscriber: [] })
// @ts-expect-error an unknown key of a group
defineConfig({ execution: { concurentTasks: 5 } })
// @ts-expect-error a text where a number belongs
defineConfig({ execution: { concurrentTasks: '5' } })
// @ts-expect-error a level that does not exist
defineConfig({ logging: { level: 'loud' } })
// @ts-expect-error a list belongs here
defineConfig({ handlers: './handlers' })
// @ts-expect-error an overlay is checked as well
defineConfig({ environments: { production: { loging: {} } } })
// @ts-expect-error overlays have no overlays
defineConfig({ environments: { production: { environments: {} } } })
// @ts-expect-error a wrong type in what a function returns
defineConfig(() => ({ execution: { concurrentTasks: '5' } }))
// @ts-expect-error a number is no subscriber
defineConfig({ subscribers: [5] })

// The interface that editors show is that of the schema. If not: node dist/test/support/docs/write-documents.js
assertType<TaskerSettingsInput extends Given<Settings> ? true : false>()
// (Its entries of dependentSystems and schedules want what they need: a rate without its limit does not compile.)
type Others = Exclude<keyof Settings, 'dependentSystems' | 'schedules'>
assertType<Pick<Given<Settings>, Others> extends Pick<TaskerSettingsInput, Others> ? true : false>()
// @ts-expect-error a rate needs to say within which time
defineConfig({ dependentSystems: { gateway: { rate: { limit: 5 } } } })
assertType<Equal<keyof TaskerSettingsInput, keyof Settings>>()

declare const values: ConfigValues
assertType<Equal<typeof values.execution.concurrentTasks, number>>()
assertType<Equal<typeof values.database.url, string | undefined>>()
assertType<Equal<typeof values.logging.format, 'json' | 'pretty'>>()
// @ts-expect-error a resolved configuration cannot be changed
values.execution.concurrentTasks = 5
// @ts-expect-error nor can its lists
values.discovery.disable.push('x')
// @ts-expect-error overlays are gone when it is resolved
values.environments
