import { join } from 'node:path'
import type { Engine } from '../engine.js'
import { openTasker } from './tasker.js'

export const engine: Engine = {
  open: (settings, watch) => openTasker({ path: join(settings.folder, 'db') }, settings, watch),
}
