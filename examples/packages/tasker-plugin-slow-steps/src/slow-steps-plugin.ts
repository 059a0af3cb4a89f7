import { definePlugin, type PluginApiOf } from 'tasker'
import { type SlowStep, SlowStepList } from './slow-step-list.js'

export type { SlowStep } from './slow-step-list.js'

/** What `plugins.require('slow-steps')` gives. */
export interface SlowSteps {
  /** The steps that were slow at least once, the slowest first. */
  slowest(): readonly SlowStep[]
}

interface Options {
  readonly limitMs: number
  readonly unhealthyShare: number
}

/**
 * Measures every attempt of every step, warns of those that take longer than `limitMs`, keeps a histogram, and is unhealthy while more than
 * a share of the attempts are slow.
 *
 * @example
 * plugins: [{ use: 'tasker-plugin-slow-steps', options: { limitMs: 500 } }]
 * tasker.plugins.require('slow-steps').slowest()
 */
export const slowStepsPlugin = definePlugin({
  name: 'slow-steps',
  version: '1.0.0',
  description: 'Finds the steps that take longer than they should.',
  options: {
    type: 'object',
    additionalProperties: false,
    properties: {
      limitMs: { type: 'number', exclusiveMinimum: 0, default: 1000, description: 'Above it an attempt is slow.' },
      unhealthyShare: {
        type: 'number',
        minimum: 0,
        maximum: 1,
        default: 0.5,
        description: 'Unhealthy while more than this share of the attempts is slow.',
      },
    },
  },
  setup({ hooks, health, metrics, log }, options): SlowSteps {
    const { limitMs, unhealthyShare } = options as unknown as Options
    const list = new SlowStepList(limitMs)
    const durations = metrics.histogram('slow_steps_duration_ms', { help: 'Duration of attempts, in milliseconds.' })
    // It only looks on: were it to fail, the step would not be worse for it.
    hooks.add('afterStepExecute', ({ namespace, taskName, stepName }, { durationMs, outcome }) => {
      const step = `${namespace}.${taskName}/${stepName}`
      durations.observe(durationMs, { step, outcome })
      if (list.add(step, durationMs)) log.warn({ step, durationMs, limitMs }, `step ${step} was slow`)
    })
    health.register('slow-steps', () => {
      const share = list.share()
      const details = { share, slowest: list.slowest()[0] ?? null }
      if (share <= unhealthyShare) return { isHealthy: true, details }
      return {
        isHealthy: false,
        message: `${Math.round(share * 100)} % of the attempts took over ${limitMs} ms`,
        details,
      }
    })
    return { slowest: () => list.slowest() }
  },
})

declare module 'tasker' {
  interface PluginApis {
    'slow-steps': PluginApiOf<typeof slowStepsPlugin>
  }
}
