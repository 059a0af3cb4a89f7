import type { DefinedTask, StepDefinition } from '../contracts/task-definition.js'
import { DefinitionError, DuplicateStepError } from '../errors/definition-errors.js'
import { nearestName } from '../errors/nearest-name.js'
import { TaskYamlError, type YamlProblem } from '../errors/task-yaml-errors.js'
import { createStep, type StepDraft } from './create-step.js'
import { taskLabel } from './definition-names.js'
import { StepChain } from './step-chain.js'
import { createTaskHead, type TaskHead } from './task-head.js'
import type { StepTemplateYaml, TaskYaml } from './task-yaml-schema.js'
import { dependenciesOf, headDraft, stepOptions, yamlKeysOf } from './yaml-options.js'
import type { YamlPath, YamlSource } from './yaml-source.js'

export interface YamlTaskParts {
  readonly source: YamlSource
  readonly handlers: Readonly<Record<string, unknown>>
  /** Problems found so far. */
  readonly problems: readonly YamlProblem[]
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
  #cause: unknown

  constructor(task: TaskYaml, parts: YamlTaskParts) {
    this.#task = task
    this.#parts = parts
    this.#problems = [...parts.problems]
  }

  build(): DefinedTask {
    const head = this.#attempt(['schema'], () => createTaskHead(headDraft(this.#task)))
    this.#checkNames()
    const steps = this.#task.step_templates.map((template, index) => this.#step(template, index))
    this.#throwProblems()
    const chain = new StepChain(head as TaskHead, steps as StepDefinition[])
    this.#attempt(['step_templates'], () => chain.definition)
    this.#throwProblems()
    return chain
  }

  #step(template: StepTemplateYaml, index: number): StepDefinition | undefined {
    const path = ['step_templates', index]
    const handler = this.#handler(template, path)
    if (handler === undefined) return undefined
    if (template.timeout_ms !== undefined && template.timeout_seconds !== undefined) {
      this.#report([...path, 'timeout_seconds'], 'timeout_ms and timeout_seconds say the same thing; keep one of them')
    }
    // Itself only where it says so: that is a cycle, and otherwise nothing to propose.
    const isOwnParent = dependenciesOf(template).includes(template.name)
    const names = this.#task.step_templates.map(({ name }) => name)
    const candidates = names.filter((name) => isOwnParent || name !== template.name)
    const draft: StepDraft = { name: template.name, options: stepOptions(template, this.#task), handler }
    return this.#attempt([...path, 'results'], () => createStep(draft, taskLabelOf(this.#task), candidates))
  }

  #handler(template: StepTemplateYaml, path: YamlPath): unknown {
    const { handler, handler_class: handlerClass } = template
    const name = handler ?? handlerClass
    if (name === undefined || (handler !== undefined && handlerClass !== undefined)) {
      const found = name === undefined ? 'has neither' : 'has both'
      this.#report(path, `step "${template.name}" needs one of the keys "handler_class" and "handler", and ${found}`)
      return undefined
    }
    const { handlers } = this.#parts
    if (Object.hasOwn(handlers, name)) return handlers[name]
    const byClassName = Object.values(handlers).find((value) => typeof value === 'function' && value.name === name)
    if (byClassName !== undefined) return byClassName
    this.#report([...path, handler === undefined ? 'handler_class' : 'handler'], handlerNotFound(name, handlers))
    return undefined
  }

  /** A name twice would make the merging by name ambiguous as well; names outside of `named_steps` are slips of the pen. */
  #checkNames(): void {
    const { step_templates: templates, named_steps: allowed } = this.#task
    for (const [index, { name }] of templates.entries()) {
      const path = ['step_templates', index, 'name']
      if (templates.findIndex((other) => other.name === name) < index) {
        this.#cause ??= new DuplicateStepError({ task: taskLabelOf(this.#task), step: name })
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
  #attempt<T>(schemaPath: YamlPath, check: () => T): T | undefined {
    try {
      return check()
    } catch (error) {
      if (!(error instanceof Error)) throw error
      this.#cause ??= error
      const path = error instanceof DefinitionError ? this.#pathOf(error) : schemaPath
      this.#report(path, error.message)
      return undefined
    }
  }

  #pathOf({ subject, details }: DefinitionError): YamlPath {
    const index = this.#task.step_templates.findIndex(({ name }) => name === subject.step)
    const owner: YamlPath = subject.step === undefined || index === -1 ? [] : ['step_templates', index]
    const holder = (owner.length === 0 ? this.#task : this.#task.step_templates[index]) as Record<string, unknown>
    const keys = yamlKeysOf(subject.option, owner.length > 0).filter((key) => holder[key] !== undefined)
    const key = keys.find((one) => [holder[one]].flat().includes(details.dependency)) ?? keys[0]
    if (key === undefined) return owner
    const value = holder[key]
    const member = Array.isArray(value) ? value.indexOf(details.dependency) : -1
    return member === -1 ? [...owner, key] : [...owner, key, member]
  }

  #report(path: YamlPath, message: string): void {
    const { source, locate } = this.#parts
    this.#problems.push(source.problem(locate(path), message))
  }

  #throwProblems(): void {
    if (this.#problems.length > 0) throw new TaskYamlError(this.#parts.source.file, this.#problems, this.#cause)
  }
}

function taskLabelOf({ namespace, namespace_name, name, version = '0.1.0' }: TaskYaml): string {
  return taskLabel({ namespace: namespace ?? namespace_name ?? 'default', name, version })
}

function notAllowed(name: string, allowed: readonly string[]): string {
  const nearest = nearestName(name, allowed)
  return `named_steps does not list the step "${name}"; ${nearest === undefined ? 'add it there' : `did you mean "${nearest}"?`}`
}

function handlerNotFound(name: string, handlers: Readonly<Record<string, unknown>>): string {
  const names = Object.keys(handlers)
  if (names.length === 0) {
    return `the handler "${name}" was not found, because no handlers were given: name their module with the key "handlers", as in handlers: ./handlers.ts`
  }
  const nearest = nearestName(name, names)
  const hint = nearest === undefined ? '' : ` Did you mean "${nearest}"?`
  return `the handler "${name}" was not found among the exports ${names.join(', ')}.${hint}`
}
