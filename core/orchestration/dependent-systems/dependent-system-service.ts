import type {
  DependentSystem,
  DependentSystemStore,
  DependentSystemsApi,
  ObjectMap,
  ObjectMapFilter,
  ObjectReference,
} from '../../contracts/dependent-systems.js'
import type { Page, PageOf } from '../../contracts/page.js'
import type { CommandOptions } from '../../contracts/task-request.js'
import { show } from '../../errors/definition-errors.js'
import { InvalidObjectReferenceError } from '../../errors/dependent-system-errors.js'
import { type AskingServices, askedChange } from '../people/asked-change.js'

export interface DependentSystemServices extends AskingServices {
  readonly store: DependentSystemStore
}

const longest = 256

/** `tasker.dependentSystems` */
export class DependentSystemService implements DependentSystemsApi {
  readonly #services: DependentSystemServices

  constructor(services: DependentSystemServices) {
    this.#services = services
  }

  async findOrCreate(
    name: string,
    { description, ...by }: CommandOptions & { readonly description?: string } = {},
  ): Promise<DependentSystem & { readonly isNew: boolean }> {
    assertText('The name of a dependent system', name)
    if (description !== undefined) assertText(`The description of dependent system ${name}`, description, 10_000)
    const { store } = this.#services
    const found = await store.getDependentSystem(name)
    if (found !== undefined && (description === undefined || found.description !== null))
      return { ...found, isNew: false }
    const change = await this.#ask(found === undefined ? 'create' : 'update', name, { description }, by)
    const system = { name, description: description ?? null, createdAt: change.changedAt }
    const isSaved = await store.saveDependentSystem(system, change)
    return { ...(await store.getDependentSystem(name))!, isNew: isSaved && found === undefined }
  }

  async get(name: string): Promise<DependentSystem | undefined> {
    assertText('The name of a dependent system', name)
    return this.#services.store.getDependentSystem(name)
  }

  list(): Promise<readonly DependentSystem[]> {
    return this.#services.store.listDependentSystems()
  }

  async link(
    first: ObjectReference,
    second: ObjectReference,
    by: CommandOptions = {},
  ): Promise<ObjectMap & { readonly isNew: boolean }> {
    const { store } = this.#services
    const [one, two] = inOrder(first, second)
    const known = await store.getObjectMap(one, two)
    if (known !== undefined) return { ...known, isNew: false }
    const change = await this.#ask('link', one.system, { one, two }, by)
    const map = { one, two, createdAt: change.changedAt }
    if (await store.addObjectMap(map, change)) return { ...map, isNew: true }
    // Somebody else has said the same meanwhile, and may even have taken it back.
    return { ...((await store.getObjectMap(one, two)) ?? map), isNew: false }
  }

  async find(object: ObjectReference, { in: system }: { readonly in: string }): Promise<readonly string[]> {
    assertReference(object)
    assertText('The system in which an object is looked for', system)
    return this.#services.store.mappedIds(object, system)
  }

  async unlink(first: ObjectReference, second: ObjectReference, by: CommandOptions = {}): Promise<boolean> {
    const { store } = this.#services
    const [one, two] = inOrder(first, second)
    if ((await store.getObjectMap(one, two)) === undefined) return false
    return store.removeObjectMap(one, two, await this.#ask('unlink', one.system, { one, two }, by))
  }

  links(filter: ObjectMapFilter = {}, page?: Page): Promise<PageOf<ObjectMap>> {
    return this.#services.store.listObjectMaps(filter, page)
  }

  #ask(
    verb: 'create' | 'update' | 'link' | 'unlink',
    name: string,
    data: Readonly<Record<string, unknown>>,
    by: CommandOptions,
  ) {
    const about = { subjectKind: 'dependent_system', subjectKey: name } as const
    const kind = `dependent_system.${verb}` as const
    return askedChange(this.#services, { kind, subject: { dependentSystem: name }, ...about, data }, by)
  }
}

/** The two of a map in the one order in which they are stored. */
function inOrder(first: ObjectReference, second: ObjectReference): readonly [ObjectReference, ObjectReference] {
  const [a, b] = [assertReference(first), assertReference(second)]
  if (a.system === b.system && a.id === b.id)
    throw new InvalidObjectReferenceError('A link of an object with itself', show([first, second]))
  const isFirst = a.system < b.system || (a.system === b.system && a.id < b.id)
  return isFirst ? [a, b] : [b, a]
}

function assertReference(object: ObjectReference): ObjectReference {
  if (typeof object !== 'object' || object === null || !isText(object.system) || !isText(object.id))
    throw new InvalidObjectReferenceError('An object in a dependent system', show(object))
  return { system: object.system, id: object.id }
}

function assertText(what: string, text: unknown, most?: number): void {
  if (!isText(text, most)) throw new InvalidObjectReferenceError(what, show(text))
}

function isText(text: unknown, most = longest): text is string {
  return typeof text === 'string' && text !== '' && text.length <= most && !text.includes('\u0000')
}
