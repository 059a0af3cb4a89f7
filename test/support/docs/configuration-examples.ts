import type { TaskerConfigInput } from '../../../core/config/config-input.js'

/** An example of each section of the configuration, by its key; tests check them as `tasker config check` would. */
export const configurationExamples: Readonly<Record<string, TaskerConfigInput>> = {
  database: {
    database: { url: 'postgres://tasker:secret@db.example.com:5432/tasker', schema: 'tasker', poolSize: 20 },
  },
  handlers: { handlers: ['./handlers', './billing/refund.task.ts', 'acme-tasks'] },
  subscribers: { subscribers: ['./subscribers'] },
  exporters: { exporters: ['./exporters/tsv.exporter.ts'] },
  plugins: { plugins: ['./plugins', { use: 'tasker-plugin-mail', options: { from: 'shop@example.com' } }] },
  discovery: { discovery: { packages: ['tasker-exporter-yaml'], disable: ['logging'] } },
  execution: { execution: { concurrentTasks: 50, concurrentStepsPerTask: 8, drainTimeoutMs: 60_000 } },
  backoff: { backoff: { delaysMs: [500, 2000, 10_000], maxMs: 60_000, jitter: 0.2 } },
  definitions: { definitions: { onChange: 'refuse' } },
  identity: { identity: { strategy: 'hash', windowMs: 300_000 } },
  dependentSystems: { dependentSystems: { gateway: { concurrency: 10, rate: { limit: 50, perMs: 1000, burst: 5 } } } },
  events: { events: { queueSize: 5000, circuitBreaker: { failures: 3, cooldownMs: 60_000 } } },
  customEvents: {
    customEvents: {
      'order.fulfilled': {
        description: 'An order left the house.',
        durable: true,
        schema: { type: 'object', properties: { orderId: { type: 'integer' } }, required: ['orderId'] },
      },
    },
  },
  schedules: {
    schedules: { nightly: { cron: '30 2 * * *', timeZone: 'Europe/Berlin', task: 'reports/daily', overlap: 'skip' } },
  },
  subscriptions: { subscriptions: { shards: 32, expireAfterMs: 86_400_000 } },
  exports: { exports: { leaseMs: 10_000 } },
  logging: { logging: { level: 'warn', format: 'pretty' } },
  filter: { filter: { parameters: ['passw', 'token', 'iban'], mask: '***' } },
  metrics: { metrics: { snapshotIntervalMs: 10_000 } },
  log: { log: { partitionMs: 86_400_000 } },
  retention: { retention: { finishedTasksMs: 2_592_000_000 } },
  boot: { boot: { timeoutMs: 60_000 } },
  hooks: { hooks: { timeoutMs: 5000 } },
  health: { health: { timeoutMs: 2000 } },
  worker: { worker: { name: 'billing-1', namespaces: ['billing'] } },
  environments: { environments: { production: { logging: { level: 'info' }, execution: { concurrentTasks: 200 } } } },
}
