import type { VerifyOptions } from '../contracts/verification.js'
import { ExportCoordinator } from '../exports/export-coordinator.js'
import { recordSources } from '../exports/record-sources.js'
import { feedLifecycleMetrics } from '../metrics/lifecycle-metrics.js'
import { MetricsRegistry } from '../metrics/metrics-registry.js'
import { MetricsSnapshotWriter } from '../metrics/metrics-snapshot-writer.js'
import { LogUpkeep } from '../orchestration/upkeep/log-upkeep.js'
import { RetentionService } from '../orchestration/upkeep/retention-service.js'
import { verify } from '../orchestration/verification/verifier.js'
import type { Base } from './compose-base.js'
import type { Engine } from './compose-engine.js'
import { EventLog } from './event-log.js'
import { GraphApi } from './graph-api.js'
import { HealthRegistry } from './health-registry.js'

/** What looks at the work and carries it outside: metrics, exports, the log, graphs, health. */
export function composeOutputs(base: Base, engine: Engine) {
  const { storage, log, clock, config, bus, handlers, masking } = base
  const { store } = storage
  const metrics = new MetricsRegistry({ clock })
  const snapshots = new MetricsSnapshotWriter({
    metrics,
    clock,
    intervalMs: config.values.metrics.snapshotIntervalMs,
    save: (takenAt, snapshot) => store.saveMetrics(engine.workerId, takenAt, snapshot.metrics),
    publish: (name, payload) => bus.publishLifecycle(name, payload),
    log,
  })
  return {
    metrics,
    stopFeeding: config.values.metrics.enabled ? feedLifecycleMetrics(bus, metrics) : () => {},
    snapshots,
    exports: createExports(base, engine, metrics),
    eventLog: new EventLog(store, masking),
    verify: (options?: VerifyOptions) =>
      verify({ store, clock, mask: (value, key) => masking.mask(value, key) }, options),
    graph: new GraphApi(handlers, engine.tasks, clock),
    health: new HealthRegistry(clock),
    ...composeUpkeep(base, engine),
  }
}

function createExports(base: Base, { workerId }: Engine, metrics: MetricsRegistry): ExportCoordinator {
  const { storage, clock, ids, bus, exporters, masking, hooks } = base
  const mask = <T extends object>(value: T, definitionKey?: string): T => masking.mask(value, definitionKey)
  const liveMetrics = { workerId, snapshot: () => metrics.snapshot() }
  return new ExportCoordinator({
    exporters,
    sources: recordSources({ store: storage.store, mask, clock, liveMetrics }),
    publish: (name, payload) => void bus.publishLifecycle(name, payload),
    beforeExport: (request) => hooks.ask('beforeExport', request),
    mask,
    clock,
    ids,
  })
}

function composeUpkeep({ storage, clock, ids, config, log }: Base, { databaseWatch }: Engine) {
  const { retention: settings, log: logSettings } = config.values
  const retention = new RetentionService(storage.store, clock, ids, settings)
  return {
    retention,
    upkeep: new LogUpkeep(storage.store, retention, { ...logSettings, ...settings }, log, databaseWatch),
  }
}
