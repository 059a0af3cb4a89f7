import { runUnderChaos } from './chaos-suite.js'

/**
 * What runs with all tests: few seeds, always the same; the first of a scenario's comes with a task that kills the processes that run
 * it, where it may. More of them run in chaos.long.test.ts, and thousands by hand: see CONTRIBUTING.md.
 */
const seeds = { 'embedded-kill': [1], kill: [5], freeze: [2], restart: [1] }

describe('Tasker under chaos', function () {
  runUnderChaos.call(this, seeds)
})
