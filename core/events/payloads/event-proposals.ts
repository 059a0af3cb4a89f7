// Made from the schemas of the events by test/support/docs/write-documents.ts; do not edit.
// biome-ignore-all format: made

/** What editors propose where a subscriber says what it listens to. */
export interface EventProposals {
  /** The task enters `pending`: created, or set back from `in_progress` to wait. Durable. */
  readonly 'task.initialize_requested'?: unknown
  /** `pending` → `in_progress`: claimed. Durable. */
  readonly 'task.start_requested'?: unknown
  /** The task enters `complete`. Durable. */
  readonly 'task.completed'?: unknown
  /** The task enters `error`. Durable. */
  readonly 'task.failed'?: unknown
  /** `error` → `pending`. Durable. */
  readonly 'task.retry_requested'?: unknown
  /** The task enters `cancelled`. Durable. */
  readonly 'task.cancelled'?: unknown
  /** The task enters `resolved_manually`. Durable. */
  readonly 'task.resolved_manually'?: unknown
  /** A task transition passed its guard and is handed to the journal. On the bus only. */
  readonly 'task.before_transition'?: unknown
  /** The step is created, `pending`, with its task or later by a fan-out. Durable. */
  readonly 'step.initialize_requested'?: unknown
  /** `pending` → `in_progress`: admitted, in the commit that made it ready or freed its place, before its handler is called. Durable. */
  readonly 'step.execution_requested'?: unknown
  /** Inputs are resolved, the handler is about to be called. On the bus only. */
  readonly 'step.before_handle'?: unknown
  /** The handler was called (progress 0), and each time it reports progress. On the bus only. */
  readonly 'step.handle'?: unknown
  /** The step enters `complete`. Durable. */
  readonly 'step.completed'?: unknown
  /** An attempt ended in `error`. Durable. */
  readonly 'step.failed'?: unknown
  /** `error` → `pending`: with the failure that will be retried, or by a person. Durable. */
  readonly 'step.retry_requested'?: unknown
  /** The step enters `cancelled`. Durable. */
  readonly 'step.cancelled'?: unknown
  /** The step enters `resolved_manually`. Durable. */
  readonly 'step.resolved_manually'?: unknown
  /** A step transition passed its guard and is handed to the journal. On the bus only. */
  readonly 'step.before_transition'?: unknown
  /** Somebody or something asks for a task to run. On the bus only. */
  readonly 'workflow.orchestration_requested'?: unknown
  /** A worker begins a run of a task. On the bus only. */
  readonly 'workflow.task_started'?: unknown
  /** Steps became ready. On the bus only. */
  readonly 'workflow.viable_steps_discovered'?: unknown
  /** Unfinished steps remain and none is ready. On the bus only. */
  readonly 'workflow.no_viable_steps'?: unknown
  /** Ready steps were admitted within the concurrency limits. On the bus only. */
  readonly 'workflow.viable_steps_batch_ready'?: unknown
  /** An admitted batch begins. On the bus only. */
  readonly 'workflow.steps_execution_started'?: unknown
  /** Every step of that batch has settled. On the bus only. */
  readonly 'workflow.steps_execution_completed'?: unknown
  /** A committed success was applied to the graph. On the bus only. */
  readonly 'workflow.step_completed'?: unknown
  /** A committed failure was applied to the graph. On the bus only. */
  readonly 'workflow.step_failed'?: unknown
  /** The engine, not the handler, could not run a step: no handler, result not storable, lost ownership. On the bus only. */
  readonly 'workflow.step_execution_failed'?: unknown
  /** Nothing is left to run now, the outcome is being decided. On the bus only. */
  readonly 'workflow.task_finalization_started'?: unknown
  /** The outcome is decided and committed. On the bus only. */
  readonly 'workflow.task_finalization_completed'?: unknown
  /** A run ended with the task complete. On the bus only. */
  readonly 'workflow.task_completed'?: unknown
  /** A run ended with the task in error. On the bus only. */
  readonly 'workflow.task_failed'?: unknown
  /** The task must run again, re-enqueueing begins. On the bus only. */
  readonly 'workflow.task_reenqueue_started'?: unknown
  /** Re-enqueued to run now. On the bus only. */
  readonly 'workflow.task_reenqueue_requested'?: unknown
  /** Re-enqueued to run later. On the bus only. */
  readonly 'workflow.task_reenqueue_delayed'?: unknown
  /** Re-enqueueing failed. On the bus only. */
  readonly 'workflow.task_reenqueue_failed'?: unknown
  /** Stored state contradicts itself or its owner is gone: recovery and the sweeper. On the bus only. */
  readonly 'workflow.task_state_unclear'?: unknown
  /** A task was put on the queue. On the bus only. */
  readonly 'observability.task.enqueue'?: unknown
  /** A run of a task by a worker ended. On the bus only. */
  readonly 'observability.task.handle'?: unknown
  /** A finalisation ended. On the bus only. */
  readonly 'observability.task.finalize'?: unknown
  /** A search for ready steps ended. On the bus only. */
  readonly 'observability.step.find_viable'?: unknown
  /** An attempt ended. On the bus only. */
  readonly 'observability.step.handle'?: unknown
  /** A backoff was computed. On the bus only. */
  readonly 'observability.step.backoff'?: unknown
  /** A step was bypassed or skipped. On the bus only. */
  readonly 'observability.step.skip'?: unknown
  /** The last allowed attempt failed. On the bus only. */
  readonly 'observability.step.max_retries_reached'?: unknown
  /** An export was accepted. On the bus only. */
  readonly 'export.requested'?: unknown
  /** An export ended well. On the bus only. */
  readonly 'export.completed'?: unknown
  /** An export ended badly; partial output is removed or marked. On the bus only. */
  readonly 'export.failed'?: unknown
  /** A metrics snapshot was written where other workers and exports read it. On the bus only. */
  readonly 'export.cache_synced'?: unknown
  /** An exporter joined the registry. On the bus only. */
  readonly 'export.plugin_registered'?: unknown
  /** An exporter left the registry. On the bus only. */
  readonly 'export.plugin_unregistered'?: unknown
  /** A task handler joined. On the bus only. */
  readonly 'registry.handler_registered'?: unknown
  /** A plugin joined. On the bus only. */
  readonly 'registry.plugin_registered'?: unknown
  /** A subscriber joined. On the bus only. */
  readonly 'registry.subscriber_registered'?: unknown
  /** Something was refused at registration. On the bus only. */
  readonly 'registry.validation_failed'?: unknown
  /** `replace: true` replaced an entry. On the bus only. */
  readonly 'registry.conflict_resolved'?: unknown
  /** All 8 events whose names begin with `task.` */
  readonly 'task.*'?: unknown
  /** All 10 events whose names begin with `step.` */
  readonly 'step.*'?: unknown
  /** All 19 events whose names begin with `workflow.` */
  readonly 'workflow.*'?: unknown
  /** All 8 events whose names begin with `observability.` */
  readonly 'observability.*'?: unknown
  /** All 3 events whose names begin with `observability.task.` */
  readonly 'observability.task.*'?: unknown
  /** All 5 events whose names begin with `observability.step.` */
  readonly 'observability.step.*'?: unknown
  /** All 6 events whose names begin with `export.` */
  readonly 'export.*'?: unknown
  /** All 5 events whose names begin with `registry.` */
  readonly 'registry.*'?: unknown
  /** Every event, custom ones included. */
  readonly '*'?: unknown
}
