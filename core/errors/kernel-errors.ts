import { errorMessage } from './error-message.js'
import { TaskerError } from './tasker-error.js'

/** Thrown when something asked for needs a package that is not installed. */
export class MissingPackageError extends TaskerError {
  constructor(packageName: string, because: string, cause?: unknown) {
    super('MISSING_PACKAGE', {
      what: `${because}, which needs the package ${packageName}`,
      wayOut: `Install it: npm install ${packageName}`,
      details: { packageName },
      cause,
    })
  }
}

/** Thrown when the version of Node that runs the program is older than what Tasker needs. */
export class NodeTooOldError extends TaskerError {
  constructor(version: string, needed: string) {
    super('NODE_TOO_OLD', {
      what: `Tasker cannot run on Node ${version}`,
      expected: `Node ${needed} or newer`,
      wayOut: 'Install one from https://nodejs.org or with a version manager (nvm install 24), and start again',
      details: { version, needed },
    })
  }
}

/** Thrown when a plugin did not end its setup, start or stop in time. */
export class PluginTimeoutError extends TaskerError {
  constructor(plugin: string, phase: string, timeoutMs: number, origin?: string) {
    super('PLUGIN_TIMEOUT', {
      what: `${named(plugin, origin)} hangs: its ${phase} has not ended within ${timeoutMs} ms`,
      wayOut: `Look at what it waits for, raise boot.${phase === 'stop' ? 'stopTimeoutMs' : 'timeoutMs'}, or disable it by name in discovery.disable`,
      details: { plugin, phase, timeoutMs, origin },
    })
  }
}

/** Thrown when a plugin's setup, start or stop failed. */
export class PluginFailedError extends TaskerError {
  constructor(plugin: string, phase: string, cause: unknown, origin?: string) {
    super('PLUGIN_FAILED', {
      what: `${named(plugin, origin)} failed in its ${phase}: ${errorMessage(cause)}`,
      wayOut: 'Correct the plugin or its options, or disable it by name in discovery.disable',
      details: { plugin, phase, origin },
      cause,
    })
  }
}

/** Reported of a plugin, a subscriber or a package whose code ends the process, which nothing can keep it from. */
export class ProcessEndedError extends TaskerError {
  constructor(exitCode: number) {
    super('PROCESS_ENDED', {
      what: `It ended the process with exit code ${exitCode}`,
      expected: 'an error that is thrown, which switches off its part and leaves the rest at work',
      wayOut: 'Correct it, or disable it by name in discovery.disable',
      details: { exitCode },
    })
  }
}

/** Thrown to a plugin that was switched off and wants to add something all the same, late. */
export class PluginSwitchedOffError extends TaskerError {
  constructor(plugin: string, what: string) {
    super('PLUGIN_SWITCHED_OFF', {
      what: `Plugin ${plugin} was switched off, because it failed or took too long, and cannot add ${what} any more`,
      wayOut: 'Look at its first failure in the log; it is set up anew at the next start',
      details: { plugin, what },
    })
  }
}

/** Thrown when a plugin that the configuration requires is not there. */
export class RequiredPluginMissingError extends TaskerError {
  constructor(plugin: string, because: string, present: readonly string[]) {
    super('REQUIRED_PLUGIN_MISSING', {
      what: `boot.requiredPlugins names the plugin ${plugin}, which ${because}`,
      expected: 'every plugin that it names to be there',
      received: present.length === 0 ? 'no plugins' : `the plugins ${present.join(', ')}`,
      wayOut: 'Install it, put it right, or take it out of boot.requiredPlugins',
      details: { plugin, because, present },
    })
  }
}

/** Thrown by what a plugin guarded by an essential hook, once the plugin is switched off: without the guard nothing of what it guards. */
export class GuardSwitchedOffError extends TaskerError {
  constructor(plugin: string, hook: string, because: string) {
    super('GUARD_SWITCHED_OFF', {
      what: `Plugin ${plugin} guards this by its hook ${hook}, and is switched off: ${because}`,
      wayOut: 'Put the plugin right and start again, or disable it by name in discovery.disable if it is not to guard',
      details: { plugin, hook },
    })
  }
}

/** Kept as the reason of a plugin that is left out because one that it depends on is not there. */
export class PluginBlockedError extends TaskerError {
  constructor(plugin: string, dependency: string, because: string, origin?: string) {
    super('PLUGIN_BLOCKED', {
      what: `${named(plugin, origin)} was left out: it depends on ${dependency}, which ${because}`,
      wayOut: `Put ${dependency} right, or disable ${plugin} by name in discovery.disable as well`,
      details: { plugin, dependency, because, origin },
    })
  }
}

/** Thrown when the API of a plugin is asked for that is not there. */
export class UnknownPluginError extends TaskerError {
  constructor(name: string, choices: readonly string[], because?: string) {
    super('UNKNOWN_PLUGIN', {
      what: `There is no plugin "${name}" that has been set up${because === undefined ? '' : `: ${because}`}`,
      expected: choices.length > 0 ? `one of ${choices.join(', ')}` : 'none: no plugin is installed',
      wayOut: 'Install it, and name it in dependsOn so that it is set up before',
      details: { name, choices },
    })
  }
}

/** Thrown when plugin options do not fit the schema that the plugin declares. */
export class PluginOptionsInvalidError extends TaskerError {
  constructor(plugin: string, problems: readonly string[], origin?: string) {
    super('PLUGIN_OPTIONS_INVALID', {
      what: `${named(plugin, origin)} refuses its options, which do not fit its schema: ${problems.join('; ')}`,
      wayOut: 'Correct them where the configuration names the plugin: plugins: [{ use, options }]',
      details: { plugin, problems, origin },
    })
  }
}

/** One thing that discovery refused. */
export interface DiscoveryProblem {
  /** Where it was found. */
  readonly place: string
  readonly problem: string
  /** The code of the error, if it is one of Tasker. */
  readonly code?: string
}

/** Thrown when what the project itself names or keeps in its folders could not be loaded or registered. */
export class DiscoveryError extends TaskerError {
  constructor(problems: readonly DiscoveryProblem[], cause?: unknown) {
    const list = problems.map(({ place, problem }) => `  ${place}: ${problem}`).join('\n')
    const what =
      problems.length === 1
        ? 'Something that the project names was refused'
        : `${problems.length} things that the project names were refused`
    super('DISCOVERY_FAILED', {
      what: `${what}:\n${list}\n`,
      wayOut: 'Correct them; `tasker handlers list` and its likes show what was found and what was refused',
      details: { problems },
      cause,
    })
  }
}

/** Thrown when stored state is asked of an instance that was made without a database, to look at what is registered. */
export class DatabaseNotOpenedError extends TaskerError {
  constructor(operation: string) {
    super('DATABASE_NOT_OPENED', {
      what: `${operation} needs the database, and this instance was made without one`,
      wayOut:
        'Make the instance without the option withoutDatabase; a plugin reads stored state in its start, not in its setup',
      details: { operation },
    })
  }
}

/** Thrown when something is asked of an instance in a state in which it cannot be done. */
export class TaskerStateError extends TaskerError {
  constructor(what: string, state: string, wayOut: string) {
    super('WRONG_STATE', { what: `${what}: this instance is ${state}`, wayOut, details: { state } })
  }
}

function named(plugin: string, origin: string | undefined): string {
  return origin === undefined ? `Plugin ${plugin}` : `Plugin ${plugin}, from ${origin},`
}
