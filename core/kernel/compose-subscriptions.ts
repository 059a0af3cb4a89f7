import type { MetricsApi } from '../contracts/metrics.js'
import { SubscriptionRunner } from '../orchestration/subscriptions/subscription-runner.js'
import { SubscriptionService } from '../orchestration/subscriptions/subscription-service.js'
import type { Announce } from '../orchestration/subscriptions/subscription-services.js'
import type { Base } from './compose-base.js'
import type { Engine } from './compose-engine.js'

/** What delivers the log to durable subscribers, and the interface by which people see to it. */
export function composeSubscriptions(base: Base, engine: Engine, metrics: MetricsApi) {
  const { storage, clock, ids, log, options, config, hooks, subscribers, bus } = base
  const { subscriptions: store, signals, info } = storage
  const { workerId, pulse, databaseWatch } = engine
  // Telling about deliveries must not get in their way.
  const announce: Announce = (event, payload) => {
    try {
      bus.publish(event, payload)
    } catch (error) {
      log.error({ err: error, event: event.name }, `event ${event.name} could not be published`)
    }
  }
  const subscriptionRunner = new SubscriptionRunner({
    ...{ workerId, store, pulse, databaseWatch, metrics, signals, clock, ids, log, announce },
    schema: info.schema,
    random: options.random ?? { next: Math.random },
    defaults: { ...config.values.subscriptions, timeoutMs: config.values.events.handlerTimeoutMs },
  })
  subscribers.deliverDurable(subscriptionRunner)
  const subscriptions = new SubscriptionService({
    ...{ store, hooks, clock, ids, announce },
    changed: () => subscriptionRunner.changed(),
    flush: () => subscriptionRunner.flush(),
  })
  return { subscriptionRunner, subscriptions }
}
