import type { NamespaceRecord, NamespaceStore, NamespacesApi } from '../../contracts/namespaces.js'
import type { PauseRecord } from '../../contracts/pauses.js'
import type { CommandOptions } from '../../contracts/task-request.js'
import { NamespaceNotFoundError } from '../../errors/people-errors.js'
import { type AskingServices, askedChange } from './asked-change.js'
import { assertDescription, assertNamespaceName } from './command-checks.js'
import type { PauseService } from './pause-service.js'

export interface NamespaceServices extends AskingServices {
  readonly store: NamespaceStore
  readonly pauses: PauseService
}

/** `tasker.namespaces` */
export class NamespaceService implements NamespacesApi {
  readonly #services: NamespaceServices

  constructor(services: NamespaceServices) {
    this.#services = services
  }

  async findOrCreate(
    name: string,
    { description, ...options }: CommandOptions & { readonly description?: string } = {},
  ): Promise<NamespaceRecord & { readonly isNew: boolean }> {
    assertNamespaceName('namespace.create', name)
    if (description !== undefined) assertDescription(name, description)
    const found = await this.#services.store.getNamespace(name)
    if (found === undefined) return this.#create(name, description ?? null, options)
    if (description === undefined || found.description !== null) return { ...found, isNew: false }
    return { ...(await this.#describe(name, description, options, true)), isNew: false }
  }

  async update(
    name: string,
    { description }: { readonly description: string | null },
    options: CommandOptions = {},
  ): Promise<NamespaceRecord> {
    if (description !== null) assertDescription(name, description)
    await this.#require(name)
    return this.#describe(name, description, options, false)
  }

  get(name: string): Promise<NamespaceRecord | undefined> {
    return this.#services.store.getNamespace(name)
  }

  list(): Promise<readonly NamespaceRecord[]> {
    return this.#services.store.listNamespaces()
  }

  pause(name: string, options: CommandOptions = {}): Promise<PauseRecord> {
    return this.#services.pauses.pauseNamespace(name, options)
  }

  resume(name: string, options: CommandOptions = {}): Promise<boolean> {
    return this.#services.pauses.resumeNamespace(name, options)
  }

  async #create(name: string, description: string | null, options: CommandOptions) {
    const change = await askedChange(
      this.#services,
      {
        ...{ kind: 'namespace.create', subject: { namespace: name }, subjectKind: 'namespace', subjectKey: name },
        data: { description },
      },
      options,
    )
    const isNew = await this.#services.store.createNamespace({ name, description, createdAt: change.changedAt }, change)
    // Somebody else may have created it meanwhile, perhaps with a description.
    if (!isNew && description !== null) await this.#describe(name, description, options, true)
    return { ...(await this.#require(name)), isNew }
  }

  async #describe(name: string, description: string | null, options: CommandOptions, onlyIfNone: boolean) {
    const change = await askedChange(
      this.#services,
      {
        ...{ kind: 'namespace.update', subject: { namespace: name }, subjectKind: 'namespace', subjectKey: name },
        data: { description },
      },
      options,
    )
    await this.#services.store.describeNamespace(name, description, change, onlyIfNone)
    return this.#require(name)
  }

  async #require(name: string): Promise<NamespaceRecord> {
    const found = await this.#services.store.getNamespace(name)
    if (found !== undefined) return found
    const names = (await this.#services.store.listNamespaces()).map((each) => each.name)
    throw new NamespaceNotFoundError(name, names)
  }
}
