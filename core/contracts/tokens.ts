/**
 * What classes built by the container may ask for: `constructor(@inject(LOGGER) private readonly log: Logger)`.
 * Tokens are registered symbols, so that two copies of the package in one tree still understand each other.
 */
const token = (name: string): symbol => Symbol.for(`tasker.token.${name}`)

/** {@link Logger} */
export const LOGGER = token('LOGGER')
/** {@link Clock} */
export const CLOCK = token('CLOCK')
/** The event bus: `TaskerEvents`. */
export const EVENTS = token('EVENTS')
/** `tasker.tasks` */
export const TASKS = token('TASKS')
/** `tasker.steps` */
export const STEPS = token('STEPS')
/** `tasker.exports` */
export const EXPORTS = token('EXPORTS')
/** `tasker.metrics` */
export const METRICS = token('METRICS')
/** `tasker.dependentSystems` */
export const DEPENDENT_SYSTEMS = token('DEPENDENT_SYSTEMS')
/** The resolved configuration. */
export const CONFIG = token('CONFIG')
/** `tasker.handlers` */
export const HANDLERS = token('HANDLERS')
/** `tasker.subscribers` */
export const SUBSCRIBERS = token('SUBSCRIBERS')
/** `tasker.exporters` */
export const EXPORTERS = token('EXPORTERS')
/** `tasker.plugins` */
export const PLUGINS = token('PLUGINS')
