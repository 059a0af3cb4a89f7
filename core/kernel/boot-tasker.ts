import { createModuleLoader } from '../config/module-loader.js'
import type { ResolvedConfig } from '../config/resolved-config.js'
import type { Logger } from '../contracts/logger.js'
import { isTaskerError } from '../errors/tasker-error.js'
import { defineEvent, isCustomEventDescriptor } from '../events/custom-event.js'
import { type Composition, compose } from './compose.js'
import { createLogger } from './create-logger.js'
import { idleEntries } from './discovery/disabled.js'
import { type Discovery, discover } from './discovery/discover.js'
import type { Storage } from './open-storage.js'
import { pluginContextFor } from './plugin-context.js'
import { registerFinds } from './register-finds.js'
import { registerExportTask } from './scheduled-exports.js'
import { SystemClock } from './system-clock.js'
import type { Tasker } from './tasker.js'
import { TaskerInstance } from './tasker-instance.js'
import type { CreateTaskerOptions } from './tasker-options.js'
import { unopenedStorage } from './unopened-storage.js'

/**
 * Boots one kernel: storage, the parts and the container, discovery, plugins in the order of their dependencies, and last
 * the bus is opened, so that what was published meanwhile reaches every subscriber that the configuration names.
 */
export async function bootTasker(config: ResolvedConfig, options: CreateTaskerOptions): Promise<Tasker> {
  const log = options.logger ?? createLogger(config.values)
  const clock = options.clock ?? new SystemClock()
  const storage = await storageFor(config, log, options)
  const parts = compose({ config, storage, log, clock, options })
  await furnish(parts, options)
  return new TaskerInstance(parts)
}

/** The ORM and the driver are loaded only by whoever opens a database: 0.2 s. */
async function storageFor({ values }: ResolvedConfig, log: Logger, options: CreateTaskerOptions): Promise<Storage> {
  const { attach = false, skipMigrations = false, withoutDatabase = false } = options
  if (withoutDatabase) return unopenedStorage(values)
  const { openStorage } = await import('./open-storage.js')
  return openStorage(values, log, { attach, skipMigrations })
}

/** Finds, registers and sets up what belongs into a kernel whose parts stand, and opens its bus; lets go of them if that fails. */
export async function furnish(parts: Composition, options: CreateTaskerOptions): Promise<void> {
  try {
    await fill(parts, options)
  } catch (error) {
    await abandon(parts)
    throw error
  }
}

async function fill(parts: Composition, options: CreateTaskerOptions): Promise<void> {
  const { config, bus, plugins, log } = parts
  declareCustomEvents(parts)
  const loader = createModuleLoader(config.directory, config.values.boot.timeoutMs)
  const finds = await discover(config, loader, (place, load) => plugins.guests.importing(place, load))
  noteDiscovery(finds, parts)
  await registerFinds(finds, parts, options.onRefusal ?? 'throw')
  registerExportTask(parts)
  await plugins.setUp({
    contextFor: (record) => pluginContextFor(record, parts),
    hasGuests: parts.subscribers.list().some(({ origin }) => origin.kind !== 'built_in'),
    // Who only looks does no harm without a plugin that guards; who commands tasks might.
    isCollecting: options.onRefusal === 'collect' && options.withoutDatabase === true,
    disabled: new Set(finds.disabled.filter(({ kind }) => kind === 'plugin').map(({ name }) => name)),
  })
  // Whoever leaves the tables as they are does not work, either.
  if (!options.skipMigrations && !options.withoutDatabase) await parts.queueSlot.settle()
  bus.onError(({ kind, subscriber }) =>
    parts.metrics
      .counter('tasker_subscriber_failures_total', 'Failures of subscribers, by subscriber and kind.')
      .increment(1, { subscriber, kind }),
  )
  plugins.watch.onFailure((plugin, { part, kind }) =>
    parts.metrics
      .counter('tasker_plugin_failures_total', 'Failures of plugins, by plugin, part and kind.')
      .increment(1, { plugin, part, kind }),
  )
  parts.health.onTrouble((owner, check, { message }) =>
    plugins.watch.noteOf(owner, { part: `health check ${check}`, kind: 'failed', error: message }),
  )
  log.debug({ found: finds.found.length, failed: finds.failed.length }, 'discovery has ended')
  bus.open()
}

/** What is disabled and not there is no mistake that keeps anybody from working, but hardly meant. */
function noteDiscovery(discovery: Discovery, { registries, config, log }: Composition): void {
  registries.noteDiscovery(discovery)
  for (const { text, near } of idleEntries(config.values.discovery.disable, discovery)) {
    const hint = near === undefined ? '' : `; did you mean "${near}"?`
    log.warn({ entry: text }, `discovery.disable names "${text}", and nothing of that name was found${hint}`)
  }
}

function declareCustomEvents({ config, bus }: Composition): void {
  const { customEvents } = config.values
  for (const [name, entry] of Object.entries(customEvents)) {
    if (isCustomEventDescriptor(entry)) bus.declare(entry)
    else bus.declare(defineEvent(name, entry.schema, withoutSchema(entry)))
  }
}

function withoutSchema({ description, durable }: { description?: string; durable?: boolean }) {
  return {
    ...(description === undefined ? {} : { description }),
    ...(durable === undefined ? {} : { durable }),
  }
}

/** A boot that failed leaves nothing behind: no lock on the folder, no connection. */
async function abandon(parts: Composition): Promise<void> {
  try {
    parts.plugins.guests.endWatch()
    parts.plugins.clearTimers()
    parts.bus.close()
    parts.taskEnds.stop()
    parts.pulse.close()
    await parts.storage.close()
    await parts.container.dispose()
  } catch (error) {
    const message = isTaskerError(error) ? error.message : 'cleaning up after a failed boot failed'
    parts.log.warn({ err: error }, message)
  }
}
