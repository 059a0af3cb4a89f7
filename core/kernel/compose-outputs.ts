import type { VerifyOptions } from '../contracts/verification.js'
import { ExportCoordinator } from '../exports/export-coordinator.js'
import { ExporterHooks } from '../exports/exporter-hooks.js'
import { recordSources } from '../exports/record-sources.js'
import { feedLifecycleMetrics } from '../metrics/lifecycle-metrics.js'
import { MetricsRegistry } from '../metrics/metrics-registry.js'
import { MetricsSnapshotWriter } from '../metrics/metrics-snapshot-writer.js'
import { askedChange } from '../orchestration/people/asked-change.js'
import { LogUpkeep } from '../orchestration/upkeep/log-upkeep.js'
import { RetentionService } from '../orchestration/upkeep/retention-service.js'
import { verify } from '../orchestration/verification/verifier.js'
import type { Base } from './compose-base.js'
import type { Engine } from './compose-engine.js'
import { composeSubscriptions } from './compose-subscriptions.js'
import { EventLog } from './event-log.js'
import { GraphApi } from './graph-api.js'
import { HealthRegistry } from './health-registry.js'
import { LogPublisher } from './log-publisher.js'

/** What looks at the work and carries it outside: metrics, exports, the log, graphs, health. */
export function composeOutputs(base: Base, engine: Engine) {
  const { storage, log, clock, config, bus, handlers, exporters, masking } = base
  const { store } = storage
  const exporterHooks = new ExporterHooks(log)
  const metrics = new MetricsRegistry({ clock })
  const publisher = new LogPublisher({
    ...{ bus, store },
    maxPayloadBytes: config.values.execution.maxResultBytes,
    logGrown: () => engine.pulse.grown(),
  })
  const snapshots = new MetricsSnapshotWriter({
    metrics,
    clock,
    intervalMs: config.values.metrics.snapshotIntervalMs,
    save: (takenAt, snapshot) => store.saveMetrics(engine.workerId, takenAt, snapshot.metrics),
    publish: (name, payload) => bus.publishLifecycle(name, payload),
    onSynced: (snapshot) =>
      exporterHooks.cacheSync(
        exporters.list().map(({ value }) => value),
        { workerId: engine.workerId, snapshot },
      ),
    log,
  })
  return {
    metrics,
    stopFeeding: config.values.metrics.enabled ? feedLifecycleMetrics(bus, metrics) : () => {},
    snapshots,
    exports: createExports(base, engine, { metrics, hooks: exporterHooks }),
    eventLog: new EventLog(store, masking, publisher),
    verify: (options?: VerifyOptions) =>
      verify({ store, clock, mask: (value, key) => masking.mask(value, key) }, options),
    graph: new GraphApi(handlers, engine.tasks, clock),
    health: new HealthRegistry(clock, config.values.health.timeoutMs),
    ...composeUpkeep(base, engine),
    ...composeSubscriptions(base, engine, metrics),
  }
}

function createExports(
  base: Base,
  { workerId }: Engine,
  { metrics, hooks: exporterHooks }: { readonly metrics: MetricsRegistry; readonly hooks: ExporterHooks },
): ExportCoordinator {
  const { storage, clock, ids, bus, exporters, masking, hooks, config } = base
  const mask = <T extends object>(value: T, definitionKey?: string): T => masking.mask(value, definitionKey)
  const liveMetrics = { workerId, snapshot: () => metrics.snapshot() }
  return new ExportCoordinator({
    exporters,
    sources: recordSources({ store: storage.store, mask, liveMetrics }),
    publish: (name, payload) => void bus.publishLifecycle(name, payload),
    store: storage.store,
    beforeExport: (request) => hooks.ask('beforeExport', request),
    askedChange: (kind, name, by) => {
      const about = { subject: { export: name }, subjectKind: 'export', subjectKey: name } as const
      return askedChange({ hooks, clock, ids }, { kind, ...about, data: {} }, by)
    },
    hooks: exporterHooks,
    leaseMs: config.values.exports.leaseMs,
    mask,
    clock,
    ids,
  })
}

function composeUpkeep({ storage, clock, ids, config, log }: Base, { databaseWatch }: Engine) {
  const { retention: settings, log: logSettings } = config.values
  const { store, subscriptions } = storage
  const retention = new RetentionService(store, clock, ids, settings)
  const upkept = {
    makeLogPartitions: (intervalMs: number) => store.makeLogPartitions(intervalMs),
    listSubscriptions: () => subscriptions.list(),
  }
  return {
    retention,
    upkeep: new LogUpkeep(upkept, retention, { ...logSettings, ...settings }, log, databaseWatch),
  }
}
