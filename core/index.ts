import 'reflect-metadata'

export { inject, injectable } from 'tsyringe'
export { EventBus, type EventBusOptions } from './bus/event-bus.js'
export type { TaskerConfigInput } from './config/config-input.js'
export type { ConfigValues, CustomEventEntry, PluginEntry } from './config/config-schema.js'
export type { ConfigContext, ConfigMode, ConfigSource } from './config/define-config.js'
export { defineConfig } from './config/define-config.js'
export type { ResolvedConfig } from './config/resolved-config.js'
export type { Actor } from './contracts/actor.js'
export type { BulkItem, BulkOptions, BulkProgress, BulkReport } from './contracts/bulk.js'
export type { ChangeRecord } from './contracts/changes.js'
export type { Clock, Timer } from './contracts/clock.js'
export type { CreatedTask } from './contracts/created-task.js'
export type { DatabaseAccess } from './contracts/database-access.js'
export type {
  DependentSystem,
  DependentSystemsApi,
  ObjectMap,
  ObjectMapFilter,
  ObjectReference,
} from './contracts/dependent-systems.js'
export type { LogLag, LogWriter } from './contracts/event-log.js'
export type { ListenOptions, PublishOptions, TaskerEvents, Unsubscribe } from './contracts/events-api.js'
export type {
  ColumnKind,
  DefinedExporter,
  ExportAnnouncement,
  ExportChangeOptions,
  ExportCompression,
  ExportContext,
  ExportedFile,
  ExporterDefinition,
  ExportFilters,
  ExportOutcome,
  ExportProgress,
  ExportRecord,
  ExportRecords,
  ExportRequest,
  ExportResult,
  ExportSource,
  ExportsApi,
  FlattenRules,
  IncrementalExport,
  MetricsSynced,
} from './contracts/exporter.js'
export { exportCompressions, exportSources } from './contracts/exporter.js'
export type { HealthApi, HealthCheck, HealthFinding, HealthReport } from './contracts/health.js'
export type {
  CommandIntention,
  CommandSubject,
  HookMap,
  HookName,
  HookOptions,
  Hooks,
  IntentionKind,
  StepOutcome,
  TaskCreation,
} from './contracts/hooks.js'
export type { IdSource, RandomSource } from './contracts/id-source.js'
export type { DisabledExtension, InstalledPackage } from './contracts/installed-package.js'
export type { Json, Jsonify } from './contracts/json.js'
export type { DependentSystemSettings, LimitsApi, SystemState } from './contracts/limits.js'
export type { Logger } from './contracts/logger.js'
export type { MetricRecord, MetricsApi, MetricsSnapshot } from './contracts/metrics.js'
export type { NamespaceRecord, NamespacesApi } from './contracts/namespaces.js'
export type { Origin } from './contracts/origin.js'
export type { PauseRecord, TaskType } from './contracts/pauses.js'
export type {
  DefinedPlugin,
  GraphQuery,
  GraphsApi,
  GraphView,
  PluginApis,
  PluginContext,
  PluginDefinition,
  QueueProviding,
} from './contracts/plugin.js'
export type { PluginState, PluginStatus } from './contracts/plugin-status.js'
export type { Queue, WakeListener, WakeUp } from './contracts/queue.js'
export type {
  RetentionApi,
  RetentionOptions,
  RetentionPlan,
  RetentionResult,
  RetentionRunOptions,
} from './contracts/retention.js'
export type {
  CatchUpPolicy,
  OverlapPolicy,
  Schedule,
  ScheduleChangeOptions,
  ScheduledRequest,
  ScheduledTask,
  ScheduleError,
  ScheduleOptions,
  ScheduleOutcome,
  ScheduleSettings,
  SchedulesApi,
} from './contracts/schedule.js'
export type { ScheduledExport, ScheduledExportRequest } from './contracts/scheduled-export.js'
export type { Listening } from './contracts/signals.js'
export type { Page, PageOf, StepFilter, TaskFilter } from './contracts/store.js'
export type {
  DefinedSubscriber,
  SubscriberContext,
  SubscriberDefinition,
  SubscriberHandler,
  SubscriberRetry,
} from './contracts/subscriber.js'
export type {
  DeadLetter,
  DeadLetterFilter,
  DeadLettersApi,
  HeldTask,
  LogPlace,
  Subscription,
  SubscriptionChangeOptions,
  SubscriptionShard,
  SubscriptionState,
  SubscriptionsApi,
} from './contracts/subscription.js'
export type {
  DefinedTask,
  IdentityFunction,
  IdentityStrategy,
  JsonSchema,
  RetryPolicy,
  StepContext,
  StepDefinition,
  TaskDefinition,
} from './contracts/task-definition.js'
export type { CommandKind, CommandOptions, TaskRequest, TaskRequestOptions } from './contracts/task-request.js'
export type {
  Annotation,
  CreateOptions,
  RerunOptions,
  StepReference,
  StepsApi,
  TaskEdit,
  TaskReference,
  TasksApi,
  WaitOptions,
} from './contracts/tasks-api.js'
export {
  CLOCK,
  CONFIG,
  DEPENDENT_SYSTEMS,
  EVENTS,
  EXPORTERS,
  EXPORTS,
  HANDLERS,
  LOGGER,
  METRICS,
  PLUGINS,
  STEPS,
  SUBSCRIBERS,
  TASKS,
} from './contracts/tokens.js'
export type { Transaction } from './contracts/transaction.js'
export type {
  Difference,
  DifferenceKind,
  StuckTask,
  VerifyOptions,
  VerifyProgress,
  VerifyReport,
} from './contracts/verification.js'
export { defineExporter } from './definition/define-exporter.js'
export type { PluginApiOf, TypedPlugin } from './definition/define-plugin.js'
export { definePlugin } from './definition/define-plugin.js'
export type { TransactionalEvent } from './definition/define-subscriber.js'
export { defineSubscriber } from './definition/define-subscriber.js'
export type { TaskOptions } from './definition/define-task.js'
export { defineTask } from './definition/define-task.js'
export { on, subscriber } from './definition/subscriber-decorators.js'
export type { ResultsOf, TaskChain } from './definition/task-chain.js'
export type { TypedStepContext } from './definition/typed-step-context.js'
export { ExportRefusedError } from './errors/export-errors.js'
export { HttpOptionsError } from './errors/http-errors.js'
export { MissingPackageError } from './errors/kernel-errors.js'
export { isPermanentError, isRetryableError, PermanentError, RetryableError } from './errors/step-errors.js'
export { isTaskerError, TaskerError } from './errors/tasker-error.js'
export { asyncApiDocument } from './events/contract/asyncapi-document.js'
export { compareContracts } from './events/contract/compare-contracts.js'
export type { ChangeWeight, ContractChange } from './events/contract/contract-change.js'
export type { ContractEvent, EventContract } from './events/contract/event-contract.js'
export { eventContract, eventContractVersion } from './events/contract/event-contract.js'
export type { CustomEventDescriptor, EventSchema } from './events/custom-event.js'
export { defineEvent } from './events/custom-event.js'
export type { AnyCustomEvent, EventEnvelope, TaskerEvent } from './events/envelope.js'
export type { BusOnlyEventName, DurableEventName, EventPayload, LifecycleEventName } from './events/event-catalogue.js'
export { durableEventNames, lifecycleEventNames, lifecycleEvents } from './events/event-catalogue.js'
export type { EventDefinition } from './events/event-definition.js'
export type { EventPattern, EventSelection, MatchingEvents } from './events/event-pattern.js'
export { eventExamples } from './events/examples/event-examples.js'
export { maskPayload } from './events/masking.js'
export { subscriptionEvents } from './events/subscription-events.js'
export { toJsonText } from './exports/json-text.js'
export { recordPages } from './exports/record-pages.js'
export type { HttpBodyForm } from './http/decode-body.js'
export type {
  FromContext,
  HttpAttempt,
  HttpBody,
  HttpHeaders,
  HttpQuery,
  HttpRequestOptions,
  HttpResponseOptions,
  HttpResults,
  HttpStepOptions,
  HttpTls,
} from './http/http-options.js'
export { type HttpOutcome, type HttpStatuses, httpStatuses } from './http/http-statuses.js'
export { httpStep } from './http/http-step.js'
export { HttpStepHandler } from './http/http-step-handler.js'
export { keptResponseHeaders } from './http/response-headers.js'
export { type RetryAfterRule, retryAfterRule } from './http/retry-after.js'
export { createTasker } from './kernel/create-tasker.js'
export type { DatabaseInfo, Tasker, TaskerState } from './kernel/tasker.js'
export type { CreateTaskerOptions } from './kernel/tasker-options.js'
export type { GraphAnalysis, Parallelism } from './workflow/analysis/analyse-graph.js'
export { analyseGraph } from './workflow/analysis/analyse-graph.js'
export type { TaskAnalysis } from './workflow/analysis/analyse-task.js'
export { analyseTask } from './workflow/analysis/analyse-task.js'
export type { Bottleneck, BottleneckKind } from './workflow/analysis/bottlenecks.js'
export type { CriticalPath } from './workflow/analysis/critical-path.js'
export type { ErrorChain, ErrorChains, FailureKind } from './workflow/analysis/error-chains.js'
export type { Recovery, RecoveryAction } from './workflow/analysis/recoveries.js'
export type { GraphNode } from './workflow/dependency-graph.js'
export { drawGraphAsDot, drawGraphAsMermaid, drawGraphAsText } from './workflow/graph-picture.js'
export type { PictureState } from './workflow/picture-states.js'
export { pictureStatesOf } from './workflow/picture-states.js'
export type { StepState, TaskState } from './workflow/state-machines.js'
export type { ErrorRecord, StepRecord, StepView, TaskRecord, TaskView } from './workflow/task-record.js'
