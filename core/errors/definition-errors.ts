import { nearestName } from './nearest-name.js'
import { type ErrorParts, TaskerError } from './tasker-error.js'

/** Which part of a definition an error is about; the YAML form turns it into a line and a column. */
export interface DefinitionSubject {
  /** `payments.process_order@2.1.0`, as far as it is known. */
  readonly task: string
  readonly step?: string
  /** The option as the code form calls it: `retry.limit`, `dependsOn`. */
  readonly option?: string
}

/** The base of what `defineTask` and the YAML form refuse. `subject` says what it is about. */
export class DefinitionError extends TaskerError {
  readonly subject: DefinitionSubject

  constructor(code: string, subject: DefinitionSubject, parts: ErrorParts) {
    super(code, { ...parts, details: { ...subject, ...parts.details } })
    this.subject = subject
  }
}

/** Thrown when a task, a namespace or a step has a name that Tasker does not take. */
export class InvalidNameError extends DefinitionError {
  constructor(kind: 'task' | 'namespace' | 'step', name: unknown, expected: string, subject: DefinitionSubject) {
    super('INVALID_NAME', subject, {
      what: `${place(subject)}: the name of a ${kind} is not valid`,
      expected,
      received: show(name),
      wayOut: 'Change the name',
      details: { kind, name },
    })
  }
}

/** Thrown when the version of a task is not an exact semantic version. */
export class InvalidTaskVersionError extends DefinitionError {
  constructor(version: unknown, subject: DefinitionSubject) {
    super('INVALID_TASK_VERSION', subject, {
      what: `${place(subject)}: the version is not valid`,
      expected: 'an exact semantic version such as "2.1.0" or "2.1.0-beta.1"',
      received: show(version),
      wayOut: 'Write the version in full; ranges such as "^2.0.0" belong to the requests for a task',
      details: { version },
    })
  }
}

/** Thrown when two steps of a task have the same name. */
export class DuplicateStepError extends DefinitionError {
  constructor(subject: DefinitionSubject & { readonly step: string }) {
    super('DUPLICATE_STEP', subject, {
      what: `Task ${subject.task} has two steps named "${subject.step}"`,
      expected: 'a name of its own for each step',
      wayOut: 'Rename one of them',
    })
  }
}

/** Thrown when a step depends on a step that does not exist or does not come before it. */
export class UnknownDependencyError extends DefinitionError {
  constructor(dependency: string, choices: readonly string[], subject: DefinitionSubject & { readonly step: string }) {
    const nearest = nearestName(dependency, choices)
    super('UNKNOWN_DEPENDENCY', subject, {
      what: `${place(subject)} depends on "${dependency}", which is none of the steps it may depend on`,
      expected:
        choices.length === 0
          ? 'no dependency, because no step comes before it'
          : `${choices.length === 1 ? '' : 'one of '}${list(choices)}`,
      wayOut: nearest === undefined ? 'Define that step first, or take the name out' : `Did you mean "${nearest}"?`,
      details: { dependency, choices, nearest },
    })
  }
}

/** Thrown when steps depend on each other in a circle: none of them could ever run. */
export class DependencyCycleError extends DefinitionError {
  constructor(cycle: readonly string[], subject: DefinitionSubject) {
    super('DEPENDENCY_CYCLE', subject, {
      what: `Task ${subject.task} has steps that wait for each other: ${cycle.join(' → ')}`,
      expected: 'dependencies without a cycle',
      wayOut: 'Take one of these dependencies away',
      details: { cycle },
    })
  }
}

/** Thrown when an option of a task or a step has a value that it cannot have. */
export class InvalidDefinitionOptionError extends DefinitionError {
  constructor(
    subject: DefinitionSubject & { readonly option: string },
    facts: {
      readonly expected: string
      readonly received: unknown
      readonly wayOut?: string
      readonly cause?: unknown
    },
  ) {
    super('INVALID_DEFINITION_OPTION', subject, {
      what: `${place(subject)}: the option "${subject.option}" is not valid`,
      expected: facts.expected,
      received: show(facts.received),
      wayOut: facts.wayOut,
      cause: facts.cause,
    })
  }
}

/** Thrown when a task or a step has an option that does not exist. */
export class UnknownDefinitionOptionError extends DefinitionError {
  constructor(option: string, choices: readonly string[], subject: DefinitionSubject) {
    const nearest = nearestName(option, choices)
    super('UNKNOWN_DEFINITION_OPTION', subject, {
      what: `${place(subject)} has no option "${option}"`,
      expected: `one of ${list(choices)}`,
      wayOut: nearest === undefined ? 'Take it out' : `Did you mean "${nearest}"?`,
      details: { option, choices, nearest },
    })
  }
}

/** Thrown when a task without any step is used. */
export class EmptyTaskError extends DefinitionError {
  constructor(subject: DefinitionSubject) {
    super('EMPTY_TASK', subject, {
      what: `Task ${subject.task} has no steps`,
      expected: 'at least one step',
      wayOut: 'Add one: defineTask({ … }).step("first", async ({ context }) => …)',
    })
  }
}

/** Thrown when the handler of a step is missing, or neither a function nor a class with `process`. */
export class InvalidStepHandlerError extends DefinitionError {
  constructor(
    subject: DefinitionSubject & { readonly step: string },
    facts: { readonly expected: string; readonly received: string; readonly wayOut: string },
  ) {
    super(
      'INVALID_STEP_HANDLER',
      { option: 'handler', ...subject },
      { what: `${place(subject)} has no usable handler`, ...facts },
    )
  }
}

/** Thrown when a decision names a branch that no later step has. */
export class UnknownBranchError extends DefinitionError {
  constructor(branch: string, candidates: readonly string[], subject: DefinitionSubject & { readonly step: string }) {
    const nearest = nearestName(branch, candidates)
    super('UNKNOWN_BRANCH', subject, {
      what: `${place(subject)} chooses among steps of which "${branch}" does not exist`,
      expected: `names of later steps${candidates.length === 0 ? '' : `; there are ${candidates.join(', ')}`}`,
      received: branch,
      wayOut: nearest === undefined ? `Add .step("${branch}", …) after it` : `Did you mean "${nearest}"?`,
      details: { branch, candidates },
    })
  }
}

/** Thrown when a schema cannot be used: it is not valid JSON Schema, or not a schema at all. */
export class InvalidSchemaError extends TaskerError {
  constructor(owner: string, facts: { readonly received: string; readonly reason?: string; readonly cause?: unknown }) {
    super('INVALID_SCHEMA', {
      what: `The schema of ${owner} cannot be used${facts.reason === undefined ? '' : `: ${facts.reason}`}`,
      expected: 'JSON Schema (TypeBox types are JSON Schema) or a Standard Schema such as those of zod and valibot',
      received: facts.received,
      wayOut: 'Correct the schema',
      cause: facts.cause,
      details: { owner },
    })
  }
}

/** Thrown when a Standard Schema cannot say itself as JSON Schema and none was given beside it. */
export class MissingJsonSchemaError extends TaskerError {
  constructor(owner: string, vendor: string, cause?: unknown) {
    super('MISSING_JSON_SCHEMA', {
      what: `The schema of ${owner}, of ${vendor}, cannot say itself as JSON Schema`,
      expected: 'the same schema as JSON Schema beside it, for storage, documentation and editors',
      wayOut: 'Pass the option `jsonSchema` next to it, for instance from the converter of that library',
      details: { owner, vendor },
      cause,
    })
  }
}

/** Thrown when a subscriber, an exporter or a plugin is not what its `define…` function needs. */
export class InvalidExtensionError extends TaskerError {
  constructor(
    kind: 'subscriber' | 'exporter' | 'plugin',
    name: unknown,
    facts: {
      readonly problem: string
      readonly expected: string
      readonly received?: unknown
      readonly wayOut?: string
    },
  ) {
    super('INVALID_EXTENSION', {
      what: `${kind[0]?.toUpperCase()}${kind.slice(1)} ${show(name)}: ${facts.problem}`,
      expected: facts.expected,
      received: 'received' in facts ? show(facts.received) : undefined,
      wayOut: facts.wayOut,
      details: { kind, name },
    })
  }
}

/** A value as messages show it: short, and never a whole object. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (typeof value === 'string') return value.length > 80 ? `"${value.slice(0, 79)}…"` : JSON.stringify(value)
  if (typeof value === 'function')
    return isClass(value) ? `class ${value.name}` : `function ${value.name || '(without a name)'}`
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`
  if (typeof value === 'object' && value !== null)
    return `an object with the keys ${list(Object.keys(value)) || '(none)'}`
  return String(value)
}

/** Whether a function was written with the keyword `class`. */
export function isClass(value: unknown): boolean {
  return typeof value === 'function' && /^class\b/.test(Function.prototype.toString.call(value))
}

function list(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ')
}

function place(subject: DefinitionSubject): string {
  return subject.step === undefined ? `Task ${subject.task}` : `Task ${subject.task}, step "${subject.step}"`
}
