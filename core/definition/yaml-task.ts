import type { DefinedTask, StepDefinition } from '../contracts/task-definition.js'
import {
  DefinitionError,
  DependencyCycleError,
  DuplicateStepError,
  UnknownDependencyError,
} from '../errors/definition-errors.js'
import { nearestName } from '../errors/nearest-name.js'
import { TaskYamlError, type YamlProblem } from '../errors/task-yaml-errors.js'
import { assertNoCycle } from './assemble-definition.js'
import { createStep } from './create-step.js'
import { taskLabel } from './definition-names.js'
import { decisionOf } from './step-branches.js'
import { StepChain } from './step-chain.js'
import { createTaskHead, type TaskHead } from './task-head.js'
import type { StepTemplateYaml, TaskYaml } from './task-yaml-schema.js'
import { findHandler, standInHandler, type YamlHandlers } from './yaml-handler.js'
import { kindOptionsOf, kindsOf, listProblem } from './yaml-kinds.js'
import { customEventPath, dependenciesOf, headDraft, stepOptions, yamlKeysOf } from './yaml-options.js'
import { noName } from './yaml-repair.js'
import type { YamlPath, YamlSource } from './yaml-source.js'

export interface YamlTaskParts {
  readonly source: YamlSource
  readonly handlers: YamlHandlers
  /** Problems found so far. */
  readonly problems: readonly YamlProblem[]
  /** Names of steps of which some keys could not be read. */
  readonly incompleteSteps: ReadonlySet<unknown>
  /** Where a value of the merged task stands in the file. */
  readonly locate: (path: YamlPath) => YamlPath
}

/** @throws TaskYamlError with all problems at once */
export function buildYamlTask(task: TaskYaml, parts: YamlTaskParts): DefinedTask {
  return new YamlTaskBuilder(task, parts).build()
}

class YamlTaskBuilder {
  readonly #task: TaskYaml
  readonly #parts: YamlTaskParts
  readonly #problems: YamlProblem[]
  /** Names of the steps, as far as they can be used. */
  readonly #names: readonly string[]
  /** Steps that choose among others. */
  readonly #decisions: readonly { readonly name: string; readonly branches?: readonly string[] }[]
  readonly #label: string
  #cause: unknown

  constructor(task: TaskYaml, parts: YamlTaskParts) {
    this.#task = task
    this.#parts = parts
    this.#problems = [...parts.problems]
    this.#names = [...new Set(task.step_templates.map(({ name }) => name))].filter((name) => name !== noName)
    this.#decisions = task.step_templates.map(({ name, decide }) => ({ name, ...decide }))
    this.#label = taskLabelOf(task)
  }

  build(): DefinedTask {
    const head = this.#head()
    this.#checkNames()
    const steps = this.#task.step_templates.map((template, index) => this.#step(template, index))
    this.#checkCycles()
    this.#throwProblems()
    const chain = new StepChain(head as TaskHead, steps as StepDefinition[])
    this.#attempt([], ['step_templates'], () => chain.definition)
    this.#throwProblems()
    return chain
  }

  #head(): TaskHead | undefined {
    const { concurrent, concurrency } = this.#task
    if (concurrent === false && concurrency !== undefined && concurrency > 1) {
      this.#report(
        ['concurrent'],
        `one step at a time, and ${concurrency} at once, contradict each other; keep one of them`,
      )
    }
    const draft = headDraft(this.#task)
    const named = this.#task.name === noName ? { ...draft, name: 'unnamed' } : draft
    return this.#attemptAll([], { draft: named, schema: 'context' }, createTaskHead)
  }

  #step(template: StepTemplateYaml, index: number): StepDefinition | undefined {
    const path = ['step_templates', index]
    const isIncomplete = template.name === noName || this.#parts.incompleteSteps.has(template.name)
    const [kind = 'run'] = kindsOf(template)
    this.#checkKind(template, path)
    const handler = kind === 'child' ? undefined : this.#handler(template, path, isIncomplete)
    if (template.timeout_ms !== undefined && template.timeout_seconds !== undefined) {
      this.#report([...path, 'timeout_seconds'], 'timeout_ms and timeout_seconds say the same thing; keep one of them')
    }
    const dependsOn = dependenciesOf(template).filter((name) => this.#isKnown(name, template, path))
    if (template.name === noName) return undefined
    const { name } = template
    const options = {
      ...stepOptions(template, this.#task),
      ...kindOptionsOf(template, this.#parts.handlers),
      dependsOn,
    }
    const branchOf = decisionOf(name, this.#decisions)
    // What cannot be read may be the one that the other needs.
    const draft = isIncomplete ? { ...options, skippable: undefined, onFailure: undefined } : options
    return this.#attemptAll(path, { draft, schema: 'results' }, (rest) =>
      createStep({ kind, name, options: rest, handler, branchOf }, this.#label, this.#names),
    )
  }

  #checkKind(template: StepTemplateYaml, path: YamlPath): void {
    const kinds = kindsOf(template)
    const [kind, second] = kinds
    if (second !== undefined) {
      this.#report([...path, second], `a step is one of ${kinds.join(' and ')}; keep one of these keys`)
    }
    if (kind === 'child' && (template.handler ?? template.handler_class) !== undefined) {
      const key = template.handler === undefined ? 'handler_class' : 'handler'
      this.#report([...path, key], 'a step that is a child task has no handler of its own; take this key away')
    }
    const problem = listProblem(template, this.#parts.handlers)
    if (problem !== undefined) this.#report([...path, 'each', 'over'], problem)
  }

  #handler(template: StepTemplateYaml, path: YamlPath, isIncomplete: boolean): unknown {
    const found = findHandler(template, this.#parts.handlers)
    if ('handler' in found) return found.handler
    const mayHaveBeenNamed = isIncomplete && found.key === undefined
    if (!mayHaveBeenNamed) this.#report(found.key === undefined ? path : [...path, found.key], found.problem)
    return standInHandler
  }

  /** Each dependency is checked by itself, so that none hides another. */
  #isKnown(dependency: string, template: StepTemplateYaml, path: YamlPath): boolean {
    if (this.#names.includes(dependency)) return true
    const { name: step } = template
    const others = this.#names.filter((name) => name !== step)
    const error = new UnknownDependencyError(dependency, others, { task: this.#label, step, option: 'dependsOn' })
    this.#cause ??= error
    this.#report(this.#pathOf(error, path), error.message)
    return false
  }

  /** Cycles that share no step are said together. */
  #checkCycles(): void {
    let nodes = this.#task.step_templates
      .filter(({ name }, index, all) => name !== noName && all.findIndex((other) => other.name === name) === index)
      .map((template) => ({ name: template.name, dependsOn: dependenciesOf(template) }))
    for (let cycle: readonly unknown[] | undefined = []; cycle !== undefined; ) {
      const left = nodes.map(({ name }) => name)
      nodes = nodes.map((node) => ({ ...node, dependsOn: node.dependsOn.filter((name) => left.includes(name)) }))
      cycle = this.#findCycle(nodes)
      nodes = nodes.filter(({ name }) => cycle?.includes(name) !== true)
    }
  }

  #findCycle(nodes: Parameters<typeof assertNoCycle>[0]): readonly unknown[] | undefined {
    try {
      assertNoCycle(nodes, this.#label)
      return undefined
    } catch (error) {
      if (!(error instanceof DependencyCycleError)) throw error
      this.#cause ??= error
      const index = this.#task.step_templates.findIndex(({ name }) => name === error.subject.step)
      this.#report(this.#pathOf(error, ['step_templates', index]), error.message)
      return error.details.cycle as readonly unknown[]
    }
  }

  /** A name twice would make the merging by name ambiguous as well; names outside of `named_steps` are slips of the pen. */
  #checkNames(): void {
    const { step_templates: templates, named_steps: allowed } = this.#task
    for (const [index, { name }] of templates.entries()) {
      if (name === noName) continue
      const path = ['step_templates', index, 'name']
      if (templates.findIndex((other) => other.name === name) < index) {
        this.#cause ??= new DuplicateStepError({ task: this.#label, step: name })
        this.#report(path, `there is another step named "${name}" above; rename one of them`)
      }
      if (allowed !== undefined && !allowed.includes(name)) this.#report(path, notAllowed(name, allowed))
    }
    for (const name of allowed === undefined ? [] : new Set(templates.flatMap(dependenciesOf))) {
      const isStep = templates.some((template) => template.name === name)
      const index = templates.findIndex((template) => dependenciesOf(template).includes(name))
      if (isStep && !allowed?.includes(name)) this.#report(['step_templates', index], notAllowed(name, allowed ?? []))
    }
  }

  /** Runs a check of the code form and turns its error into a problem with a place. */
  #attempt<T>(owner: YamlPath, schemaPath: YamlPath, check: () => T): { readonly made?: T; readonly error?: Error } {
    try {
      return { made: check() }
    } catch (error) {
      if (!(error instanceof Error)) throw error
      this.#cause ??= error
      this.#report(error instanceof DefinitionError ? this.#pathOf(error, owner) : schemaPath, error.message)
      return { error }
    }
  }

  /** The same again without the option that was refused, for as long as one is: each is said. */
  #attemptAll<D extends object, T>(
    owner: YamlPath,
    { draft, schema }: { readonly draft: D; readonly schema: keyof D & string },
    make: (draft: D) => T,
  ): T | undefined {
    const schemaPath = [...owner, yamlKeysOf(schema, owner.length > 0)[0]!]
    for (let rest = draft; ; ) {
      const { made, error } = this.#attempt(owner, schemaPath, () => make(rest))
      if (error === undefined) return made
      const option = error instanceof DefinitionError ? optionOf(error) : schema
      if (rest[option as keyof D] === undefined) return undefined
      rest = { ...rest, [option]: option === 'name' ? 'unnamed' : undefined }
    }
  }

  #pathOf(error: DefinitionError, owner: YamlPath): YamlPath {
    const { subject, details } = error
    const event = owner.length === 0 ? /^customEvents\[(\d+)\]/.exec(subject.option ?? '') : null
    if (event !== null) return customEventPath(this.#task, Number(event[1])) ?? owner
    const holder = (owner.length === 0 ? this.#task : this.#task.step_templates[Number(owner[1])]) as Record<
      string,
      unknown
    >
    const keys = yamlKeysOf(subject.option, owner.length > 0).filter((key) => holder[key] !== undefined)
    const { dependency = Array.isArray(details.cycle) ? details.cycle[1] : undefined } = details
    const key = keys.find((one) => [holder[one]].flat().includes(dependency)) ?? keys[0]
    if (key === undefined) return owner
    const value = holder[key]
    const member = Array.isArray(value) ? value.indexOf(dependency) : -1
    return member === -1 ? [...owner, key] : [...owner, key, member]
  }

  #report(path: YamlPath, message: string): void {
    const { source, locate } = this.#parts
    const problem = source.problem(locate(path), message)
    const isSame = (other: YamlProblem) => other.line === problem.line && other.message === message
    if (!this.#problems.some(isSame)) this.#problems.push(problem)
  }

  #throwProblems(): void {
    if (this.#problems.length === 0) return
    const inOrder = this.#problems.toSorted((a, b) => a.line - b.line || a.column - b.column)
    throw new TaskYamlError(this.#parts.source.file, inOrder, this.#cause)
  }
}

/** `retry` for `retry.limit`. */
function optionOf({ subject }: DefinitionError): string {
  return subject.option?.split(/[.[]/)[0] ?? ''
}

function taskLabelOf({ namespace, namespace_name, name, version = '0.1.0' }: TaskYaml): string {
  return taskLabel({ namespace: namespace ?? namespace_name ?? 'default', name: name === noName ? '?' : name, version })
}

function notAllowed(name: string, allowed: readonly string[]): string {
  const nearest = nearestName(name, allowed)
  return `named_steps does not list the step "${name}"; ${nearest === undefined ? 'add it there' : `did you mean "${nearest}"?`}`
}
