// Made from the schema of the configuration by test/support/docs/write-documents.ts; do not edit.
// biome-ignore-all format: made

import type { Given, Settings } from './config-schema.js'

/** The settings of a configuration without its overlays; all optional. */
export interface TaskerSettingsInput {
  /** Where tasks are stored. */
  readonly database?: {
    /** URL of a PostgreSQL server: postgres://user:password@host:5432/name. Absent: the embedded database. */
    readonly url?: string
    /** Folder of the embedded database, relative to the configuration; ':memory:' keeps nothing. Not used where there is a url. Default '.tasker/db'. */
    readonly path?: string
    /** Schema of PostgreSQL that holds Tasker's tables. Default 'tasker'. */
    readonly schema?: string
    /** Most connections of one process to the server. Default 10. */
    readonly poolSize?: number
    /** How long a connection may take to be made, or to become free, in milliseconds. Default 10000. */
    readonly connectTimeoutMs?: number
    /** How long a statement may go unanswered; then its connection is given up, and what it was to do is tried again, in milliseconds. Default 30000. */
    readonly queryTimeoutMs?: number
    /** How long createTasker() waits for a server that does not answer; 0: it fails at once, in milliseconds. Default 0. */
    readonly waitAtBootMs?: number
    /** Whether, and with which certificates, the connection is encrypted. Absent: what the url says. */
    readonly ssl?: boolean | {
      /** Whether a certificate of the server that cannot be verified is refused. */
      readonly rejectUnauthorized?: boolean
      /** PEM text of the authority that signed its certificate. */
      readonly ca?: string
      /** PEM text of the certificate of the client. */
      readonly cert?: string
      /** PEM text of the private key of the client. */
      readonly key?: string
    }
  }
  /** Task handlers: folders, files, packages or values of defineTask. Default []. */
  readonly handlers?: Given<Settings['handlers']>
  /** Subscribers: folders, files, packages, values of defineSubscriber or classes with @subscriber. Default []. */
  readonly subscribers?: Given<Settings['subscribers']>
  /** Exporters: folders, files, packages or values of defineExporter. Default []. */
  readonly exporters?: Given<Settings['exporters']>
  /** Plugins: folders, files, packages or values of definePlugin; with options as { use, options }. Default []. */
  readonly plugins?: Given<Settings['plugins']>
  /** What is found without being named. */
  readonly discovery?: {
    /** Whether the direct dependencies of the project that have a "tasker" entry join, or the names of those that do. Default true. */
    readonly packages?: boolean | readonly string[]
    /** Names of subscribers, exporters, plugins, packages, and tasks (payments.refund, payments/refund@^2) that are not used although they are found; exporter:csv is only the exporter of that name. A package that is named is not even loaded. Default []. */
    readonly disable?: readonly string[]
  }
  /** How a worker runs tasks. */
  readonly execution?: {
    /** Most tasks that one worker runs at once. Default 200. */
    readonly concurrentTasks?: number
    /** Most steps of one task that run at once. Default 16. */
    readonly concurrentStepsPerTask?: number
    /** Most tasks of one kind and concurrencyKey that are in progress at once in all workers, where the definition says no limit. Default 1. */
    readonly sharedConcurrency?: number
    /** Time-out of a step that names none, renewed by progress, in milliseconds. Default 600000. */
    readonly defaultTimeoutMs?: number
    /** How long after its signal a timed-out attempt may still end by itself, in milliseconds. Default 5000. */
    readonly timeoutGraceMs?: number
    /** Largest result of a step, in bytes of JSON. Default 8388608. */
    readonly maxResultBytes?: number
    /** Largest context of a task, in bytes of JSON. Default 8388608. */
    readonly maxContextBytes?: number
    /** How long a stopping worker waits for running steps, in milliseconds. Default 30000. */
    readonly drainTimeoutMs?: number
    /** How often a worker looks for due tasks that no wake-up told it about, in milliseconds. Default 250. */
    readonly pollIntervalMs?: number
    /** How often parked and stuck tasks are looked at again, in milliseconds. Default 15000. */
    readonly sweepIntervalMs?: number
    /** How long after its last heartbeat a worker counts as alive, in milliseconds. Default 4000. */
    readonly leaseMs?: number
    /** How often a worker says that it is alive; at most half of leaseMs, in milliseconds. Default 1000. */
    readonly heartbeatIntervalMs?: number
    /** How long the main thread may compute without a pause until its worker counts as hung and no longer says that it is alive, in milliseconds. Default 30000. */
    readonly deafAfterMs?: number
  }
  /** When a failed step is tried again, unless it or its dependent system says otherwise. */
  readonly backoff?: {
    /** Delay after the first, second … failure, in milliseconds; beyond the list the last one doubles each time. Default [1000,2000,4000,8000,16000,32000]. */
    readonly delaysMs?: readonly number[]
    /** The longest delay, in milliseconds. Default 300000. */
    readonly maxMs?: number
    /** Share of a delay by which chance changes it, from 0 to 1. Default 0.1. */
    readonly jitter?: number
  }
  /** The stored definitions of tasks. */
  readonly definitions?: {
    /** What becomes of a task whose definition differs from the one that is stored under the same version: it is refused, or takes its place with a warning. Default: refuse, in development replace. */
    readonly onChange?: 'refuse' | 'replace'
  }
  /** When a request is the same as an earlier one, and gets the task of that. */
  readonly identity?: {
    /** What requests are known by that name no identity, of tasks that name none: by nothing, or by what they ask for; then the same request within windowMs gets the task of the first one. Default 'none'. */
    readonly strategy?: 'none' | 'hash'
    /** How long after a request the same one is its duplicate, where strategy is hash, in milliseconds. Default 60000. */
    readonly windowMs?: number
  }
  /** Limits and backoff by the name that steps give as `dependentSystem`: concurrency, rate: { limit, perMs, burst }, backoff: { delaysMs, maxMs, jitter }, shareRetryAfter. They hold for all workers together. Default {}. */
  readonly dependentSystems?: Readonly<Record<string, {
    /** Most steps of all workers that call it at once. */
    readonly concurrency?: number
    /** How many steps of all workers may begin to call it within a time. */
    readonly rate?: {
      /** Steps of all workers that may begin to call it … */
      readonly limit: number
      /** … within so many milliseconds, evenly spread. */
      readonly perMs: number
      /** Steps that may begin at once after a pause; they come on top of the limit. Default 1. */
      readonly burst?: number
    }
    /** What differs from `backoff` for steps that call it. */
    readonly backoff?: {
      /** Instead of backoff.delaysMs. */
      readonly delaysMs?: readonly number[]
      /** Instead of backoff.maxMs. */
      readonly maxMs?: number
      /** Instead of backoff.jitter. */
      readonly jitter?: number
    }
    /** Whether a delay that it asks for in one step, by Retry-After or `retryAfterMs`, holds for all steps that call it. Default true. */
    readonly shareRetryAfter?: boolean
  }>>
  /** The event bus. */
  readonly events?: {
    /** Whether every payload is checked against its schema. Default: true, in production false. */
    readonly validatePayloads?: boolean
    /** Most events that wait for one asynchronous subscriber that says nothing else. Default 1000. */
    readonly queueSize?: number
    /** How long a handler of a subscriber that says nothing else may take, in milliseconds. Default 30000. */
    readonly handlerTimeoutMs?: number
    /** Pauses a listener or subscriber that blocks the process. */
    readonly blocking?: {
      /** A listener that keeps the process from all else for longer is named and counted, in milliseconds. Default 100. */
      readonly limitMs?: number
      /** So many such calls within withinMs pause it, for circuitBreaker.cooldownMs. Default 5. */
      readonly times?: number
      /** Within how long such calls are counted, in milliseconds. Default 60000. */
      readonly withinMs?: number
    }
    /** Pauses a subscriber that keeps failing. */
    readonly circuitBreaker?: {
      /** Failures in a row after which a subscriber is paused. Default 5. */
      readonly failures?: number
      /** How long it is paused, in milliseconds. Default 30000. */
      readonly cooldownMs?: number
    }
  }
  /** Custom events: a description, schema and durable by name, or a list of what defineEvent gives. Default {}. */
  readonly customEvents?: Given<Settings['customEvents']>
  /** Schedules by name: cron or everyMs, timeZone, task, request, catchUp, overlap. Stored and brought up to date by workers at their start; one that is taken out here is told of, and goes on until it is removed. Default {}. */
  readonly schedules?: Readonly<Record<string, {
    /** What it is for. */
    readonly description?: string
    /** Five fields (minute, hour, day, month, weekday), six with seconds before them, or @hourly, @daily … */
    readonly cron?: string
    /** Name of the zone in which cron is read: Europe/Berlin. Default UTC. */
    readonly timeZone?: string
    /** Instead of cron: milliseconds from one time to the next, counted from the creation of the schedule. */
    readonly everyMs?: number
    /** The task that is created at each time: reports/daily@^1. */
    readonly task: string
    /** Context, tags and so on of each task. */
    readonly request?: {
      /** Context of each task. */
      readonly context?: unknown
      /** Who or what asks for them. Default: the schedule. */
      readonly initiator?: string
      /** The system that they come from. */
      readonly sourceSystem?: string
      /** Why. */
      readonly reason?: string
      /** Tags of each task. */
      readonly tags?: readonly string[]
      /** Steps that are left out. */
      readonly bypassSteps?: readonly string[]
      /** The higher goes first. Default 0. */
      readonly priority?: number
      /** Time for the whole task, in milliseconds. */
      readonly timeoutMs?: number
      /** What the tasks share a limit by. */
      readonly concurrencyKey?: string
    }
    /** Which times that passed while no worker ran are made up for. Default latest. */
    readonly catchUp?: 'none' | 'latest' | 'all'
    /** Most times that catchUp all makes up for, the latest ones. Default 100. */
    readonly catchUpLimit?: number
    /** Whether a time is skipped while the task of an earlier one is not finished. Default allow. */
    readonly overlap?: 'allow' | 'skip' | 'cancel_previous' | 'wait'
  }>>
  /** Durable subscribers. */
  readonly subscriptions?: {
    /** Into how many shares the tasks of a durable subscriber are divided, of which each worker takes some. Fixed when the subscriber is new. Default 16. */
    readonly shards?: number
    /** Most tasks of which one worker has one durable subscriber handle events at once. Default 16. */
    readonly concurrency?: number
    /** With so many tasks held back by failures in one worker, a durable subscriber is given nothing new until some are through. Default 1000. */
    readonly maxHeldTasks?: number
    /** How often a worker looks whether the log has grown without its having been told, in milliseconds. Default 250. */
    readonly lookIntervalMs?: number
    /** How long a durable subscriber that no worker has keeps retention from taking what it has not read, in milliseconds. Default 604800000. */
    readonly expireAfterMs?: number
    /** How long the last worker that has a durable subscriber goes on delivering to it when it stops, in milliseconds. Default 10000. */
    readonly drainTimeoutMs?: number
    /** When a durable subscriber is given an event again on which it failed. */
    readonly retry?: {
      /** Tries of one event, the first included; then it is a dead letter. Default 20. */
      readonly limit?: number
      /** Delays after the first, second … failure, in milliseconds; beyond the list the last one doubles each time. Default [1000]. */
      readonly delaysMs?: readonly number[]
      /** Longest delay, in milliseconds. Default 300000. */
      readonly maxMs?: number
      /** Share by which chance changes each delay: 0.1 is 10 percent up or down. Default 0.1. */
      readonly jitter?: number
    }
  }
  /** Exports. */
  readonly exports?: {
    /** Exports by name that run at their times, each in exactly one worker: cron or everyMs, timeZone, catchUp, overlap, and what is exported: source, format, output with {date} and the like, filters, lastMs, columns, flatten, options, compression, splitBytes, incremental. They are the schedules export.NAME. Default {}. */
    readonly schedules?: Given<Settings['exports']['schedules']>
    /** How long a run of an incremental export may be silent until another one takes over, in milliseconds. Default 5000. */
    readonly leaseMs?: number
  }
  /** The log of Tasker itself. */
  readonly logging?: {
    /** The least severe level that is written. Default 'info'. */
    readonly level?: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'
    /** One line of JSON for each entry, or coloured text for people. Default 'json'. */
    readonly format?: 'json' | 'pretty'
    /** stderr, stdout, or a file relative to the configuration. Default 'stderr'. */
    readonly destination?: string
  }
  /** What is masked in logs, tails, exports and plugins. */
  readonly filter?: {
    /** A key that contains one of these has its value masked wherever a payload leaves the engine. */
    readonly parameters?: readonly string[]
    /** What stands in its place. Default '[FILTERED]'. */
    readonly mask?: string
  }
  /** Metrics. */
  readonly metrics?: {
    /** Whether counters and histograms are kept. Default true. */
    readonly enabled?: boolean
    /** How often a snapshot is stored for other workers and exports, in milliseconds. Default 30000. */
    readonly snapshotIntervalMs?: number
  }
  /** The event log. */
  readonly log?: {
    /** Whether a worker of this process looks after partitions and retention; one of all workers should. Default true. */
    readonly upkeep?: boolean
    /** Time that one partition of the event log covers, in milliseconds. Absent: a day, or a thirtieth of retention.finishedTasksMs if that is longer; 30 days where finished tasks are kept for ever. */
    readonly partitionMs?: number
    /** How often a worker looks after partitions and retention, in milliseconds. Default 600000. */
    readonly upkeepIntervalMs?: number
  }
  /** What is taken away when it is old. */
  readonly retention?: {
    /** How long tasks that are complete, cancelled or resolved by a person are kept after their end, with their log, in milliseconds. Absent: for ever. */
    readonly finishedTasksMs?: number
    /** Most tasks that are taken away in one transaction. Default 200. */
    readonly batchSize?: number
  }
  /** The start and the stop of plugins. */
  readonly boot?: {
    /** How long one plugin may take to set up, or to start, until it is switched off, in milliseconds. Default 30000. */
    readonly timeoutMs?: number
    /** How long one plugin may take to stop, in milliseconds. Default 10000. */
    readonly stopTimeoutMs?: number
    /** Plugins without which Tasker does not start, besides those that say so themselves: true for all, or names. Any other that fails is switched off, and the rest goes on. Default []. */
    readonly requiredPlugins?: boolean | readonly string[]
  }
  /** The hooks of plugins. */
  readonly hooks?: {
    /** How long a hook may take until it is passed over, or what it guards is refused, in milliseconds. Default 10000. */
    readonly timeoutMs?: number
  }
  /** Health checks. */
  readonly health?: {
    /** How long a health check may take until it counts as failed, in milliseconds. Default 5000. */
    readonly timeoutMs?: number
  }
  /** This process as a worker. */
  readonly worker?: {
    /** How people see this worker. Default: host and process id. */
    readonly name?: string
    /** The namespaces whose tasks this worker runs. Absent: all that it has handlers of. */
    readonly namespaces?: readonly string[]
    /** Whether the worker says from a thread of its own that it is alive, so that a long computation in a handler does not stop it. Default true. */
    readonly heartbeatThread?: boolean
  }
}

/** What `defineConfig` takes: every key is optional. */
export interface TaskerConfigInput extends TaskerSettingsInput {
  /** Settings by environment, laid over the others where TASKER_ENV (else NODE_ENV) has that name. */
  readonly environments?: Readonly<Record<string, TaskerSettingsInput>>
}
