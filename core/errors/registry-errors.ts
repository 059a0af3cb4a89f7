import { nearestName } from './nearest-name.js'
import { TaskerError } from './tasker-error.js'

/**
 * Thrown when something offered to a registry does not satisfy its interface, or names what does not exist.
 * Each problem says what is missing, what was found, and the way out.
 */
export class InvalidRegistrationError extends TaskerError {
  readonly problems: readonly string[]

  constructor(kind: string, subject: string, origin: string, problems: readonly string[]) {
    const lines = problems.map((problem) => `${kind} ${subject}: ${problem}`)
    super('INVALID_REGISTRATION', {
      what: lines.length === 1 ? lines[0]! : `${lines.join('.\n')}.`,
      wayOut: `It comes from ${origin}; correct it there, or take it out of the configuration`,
      details: { kind, subject, origin, problems },
    })
    this.problems = problems
  }
}

/** Thrown when a name is taken and `replace: true` was not said. */
export class AlreadyRegisteredError extends TaskerError {
  constructor(
    kind: string,
    subject: string,
    origins: { readonly registered: string; readonly refused: string },
    wanted = false,
  ) {
    super('ALREADY_REGISTERED', {
      what: `${kind} ${subject} from ${origins.refused} was refused: it is already registered from ${origins.registered}`,
      wayOut: wanted
        ? 'Give it another name: what the project itself names, a package does not replace'
        : 'Register it with { replace: true } if it is meant to take the place of the first, or give it another name',
      details: { kind, subject, registeredOrigin: origins.registered, refusedOrigin: origins.refused },
    })
  }
}

/** Thrown when a subscriber, exporter or plugin is required by a name that none has; lists those there are. */
export class EntryNotFoundError extends TaskerError {
  constructor(kind: string, name: string, choices: readonly string[]) {
    super('ENTRY_NOT_FOUND', {
      what: `No ${kind} "${name}" is registered`,
      expected: oneOf(choices, `a registered ${kind}, but there is none`),
      wayOut: didYouMean(name, choices) ?? `Name its folder, file or value under \`${kind}s\` in tasker.config.ts`,
      details: { kind, name, choices },
    })
  }
}

/** Thrown when no exporter serves a format. */
export class UnknownFormatError extends TaskerError {
  constructor(format: string, choices: readonly string[], exporter?: string) {
    super('UNKNOWN_EXPORT_FORMAT', {
      what: `${exporter === undefined ? 'No exporter serves' : `Exporter ${exporter} does not serve`} the format "${format}"`,
      expected: oneOf(choices, 'a format, but none is served: no exporter is registered'),
      wayOut: didYouMean(format, choices) ?? 'Formats are case-insensitive; add an exporter that lists it in `formats`',
      details: { format, choices, ...(exporter === undefined ? {} : { exporter }) },
    })
  }
}

/** Which part of a handler's name is unknown, and what there is instead. */
export interface UnknownHandlerParts {
  readonly namespace: string
  readonly name: string
  /** The version or range asked for. */
  readonly version?: string | undefined
  readonly missing: 'namespace' | 'name' | 'version'
  /** The namespaces, the names of the namespace, or the versions of the name. */
  readonly choices: readonly string[]
  /** Handlers of that name in other namespaces. */
  readonly elsewhere?: readonly string[]
}

/** Thrown when no task handler of that namespace, name and version is registered; lists what there is. */
export class UnknownHandlerError extends TaskerError {
  constructor(parts: UnknownHandlerParts) {
    const { namespace, name, version, missing, choices, elsewhere = [] } = parts
    const written = `${namespace}.${name}${version === undefined ? '' : `@${version}`}`
    const because = {
      namespace: `there is no namespace "${namespace}"`,
      name: `namespace "${namespace}" has no task "${name}"`,
      version: `no version of ${namespace}.${name} satisfies "${version}"`,
    }[missing]
    super('UNKNOWN_HANDLER', {
      what: `No handler ${written} is registered: ${because}`,
      expected: oneOf(choices, 'a registered handler, but there is none'),
      wayOut:
        elsewhere.length > 0
          ? `Did you mean ${quoted(elsewhere)}?`
          : (didYouMean({ namespace, name, version: version ?? '' }[missing], choices) ??
            (missing === 'version'
              ? 'Ask for a version that is there, or register the one that you need: versions live side by side'
              : 'Name its folder, file or value under `handlers` in tasker.config.ts')),
      details: { namespace, name, version, missing, choices, elsewhere },
    })
  }
}

/** Thrown when the written form of a handler's name cannot be read. */
export class InvalidHandlerNameError extends TaskerError {
  constructor(text: string, problem: string) {
    super('INVALID_HANDLER_NAME', {
      what: `"${text}" is not the name of a handler: ${problem}`,
      expected: '`namespace.name@version`, `namespace/name@range`, or `name` alone in the namespace "default"',
      wayOut: 'Write for example payments.refund@2.1.0 or payments/refund@^2',
      details: { text, problem },
    })
  }
}

/** One thing wrong with how plugins depend on each other. */
export type PluginDependencyProblem =
  | { readonly kind: 'missing'; readonly plugin: string; readonly dependsOn: string; readonly origin?: string }
  | { readonly kind: 'cycle'; readonly plugins: readonly string[] }

/** Thrown when plugins cannot be put in an order: one that is depended on is missing, or they depend on each other. */
export class PluginDependencyError extends TaskerError {
  readonly problems: readonly PluginDependencyProblem[]

  constructor(problems: readonly PluginDependencyProblem[], registered: readonly string[]) {
    const isMissing = problems.some(({ kind }) => kind === 'missing')
    super('PLUGIN_DEPENDENCY', {
      what: problems.map((problem) => describeDependencyProblem(problem, registered)).join('. '),
      expected: isMissing
        ? 'every plugin that `dependsOn` names to be registered'
        : 'no plugin to depend on itself, directly or through others',
      wayOut: isMissing
        ? 'Add the missing plugin to `plugins` in tasker.config.ts, or take it out of `dependsOn`'
        : 'Take one of these names out of `dependsOn`',
      details: { problems, registered },
    })
    this.problems = problems
  }
}

/** A plugin dependency problem as a sentence without its full stop. */
export function describeDependencyProblem(problem: PluginDependencyProblem, registered: readonly string[]): string {
  if (problem.kind === 'cycle') return `The plugins ${problem.plugins.join(' → ')} depend on each other`
  const near = nearestName(problem.dependsOn, registered)
  const hint = near === undefined ? '' : ` (did you mean "${near}"?)`
  const from = problem.origin === undefined ? '' : `, from ${problem.origin},`
  return `Plugin ${problem.plugin}${from} depends on "${problem.dependsOn}", which is not registered${hint}`
}

/** Enough to choose from, few enough to read. */
const LISTED_CHOICES = 20

function oneOf(choices: readonly string[], none: string): string {
  return choices.length === 0 ? none : choices.length === 1 ? quoted(choices) : `one of ${quoted(choices)}`
}

function quoted(choices: readonly string[]): string {
  const listed = choices.slice(0, LISTED_CHOICES).map((choice) => `"${choice}"`)
  return listed.join(', ') + (choices.length > LISTED_CHOICES ? ` and ${choices.length - LISTED_CHOICES} more` : '')
}

function didYouMean(name: string, choices: readonly string[]): string | undefined {
  const near = nearestName(name, choices)
  return near === undefined ? undefined : `Did you mean "${near}"?`
}
