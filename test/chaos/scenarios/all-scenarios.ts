import { clock } from './clock.js'
import { crowd } from './crowd.js'
import { cut } from './cut.js'
import { embeddedKill } from './embedded-kill.js'
import { freeze } from './freeze.js'
import { kill } from './kill.js'
import { partition } from './partition.js'
import { people } from './people.js'
import { pool } from './pool.js'
import { restart } from './restart.js'
import { rolling } from './rolling.js'
import type { Scenario } from './scenario.js'
import { terminate } from './terminate.js'

export const scenarios: readonly Scenario[] = [
  ...[kill, people, freeze, partition, cut, clock, pool, rolling],
  ...[restart, terminate, crowd],
  embeddedKill,
]
