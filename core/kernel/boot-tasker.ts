import { createModuleLoader } from '../config/module-loader.js'
import type { ResolvedConfig } from '../config/resolved-config.js'
import type { Logger } from '../contracts/logger.js'
import { isTaskerError } from '../errors/tasker-error.js'
import { defineEvent, isCustomEventDescriptor } from '../events/custom-event.js'
import { type Composition, compose } from './compose.js'
import { createLogger } from './create-logger.js'
import { discover } from './discovery/discover.js'
import type { Storage } from './open-storage.js'
import { pluginContextFor } from './plugin-context.js'
import { registerFinds } from './register-finds.js'
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
  const finds = await discover(config, createModuleLoader(config.directory))
  await registerFinds(finds, parts, options.onRefusal ?? 'throw')
  await plugins.setUp((plugin) => pluginContextFor(plugin, parts))
  // Whoever leaves the tables as they are does not work, either.
  if (!options.skipMigrations && !options.withoutDatabase) await parts.queueSlot.settle()
  bus.onError(({ kind, subscriber }) =>
    parts.metrics
      .counter('tasker_subscriber_failures_total', 'Failures of subscribers, by subscriber and kind.')
      .increment(1, { subscriber, kind }),
  )
  log.debug({ found: finds.found.length, failed: finds.failed.length }, 'discovery has ended')
  bus.open()
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
    parts.bus.close()
    parts.taskEnds.stop()
    await parts.storage.close()
    await parts.container.dispose()
  } catch (error) {
    const message = isTaskerError(error) ? error.message : 'cleaning up after a failed boot failed'
    parts.log.warn({ err: error }, message)
  }
}
