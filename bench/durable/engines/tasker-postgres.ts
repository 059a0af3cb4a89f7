import type { Engine } from '../engine.js'
import { dropSchema } from '../sql.js'
import { openTasker } from './tasker.js'

/** Where Tasker keeps its tables if nothing else is said. */
const defaultSchema = 'tasker'

/** Tuning: `schema`, for tables beside those of the default. */
export const engine: Engine = {
  async open(settings, watch) {
    const { url, isFresh, tuning } = settings
    if (isFresh) await dropSchema(url, tuning.schema ?? defaultSchema)
    return openTasker(tuning.schema === undefined ? { url } : { url, schema: tuning.schema }, settings, watch)
  },
}
