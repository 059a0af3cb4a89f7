import { runUnderChaos } from './chaos-suite.js'

/** Few seeds, always the same; thousands run by hand: see CONTRIBUTING.md. */
const seeds = {
  'embedded-kill': [2],
  people: [1],
  partition: [2],
  cut: [1],
  clock: [1],
  pool: [1],
  rolling: [1],
  terminate: [1],
  crowd: [1],
}

describe('Tasker under more chaos', function () {
  runUnderChaos.call(this, seeds)
})
