import type { DisabledExtension, InstalledPackage } from '../../contracts/installed-package.js'
import { describeOrigin } from '../../contracts/origin.js'
import { isDefinedTask } from '../../contracts/task-definition.js'
import { nearestName } from '../../errors/nearest-name.js'
import type { ExtensionKind, Finds, FoundValue } from './found-value.js'
import { satisfiesName } from './handler-match.js'

const singular = { handlers: 'handler', subscribers: 'subscriber', exporters: 'exporter', plugins: 'plugin' } as const

/** What an entry of `discovery.disable` speaks of: a name alone, or that of one kind of thing: `exporter:csv`, `package:acme-mail`. */
interface DisableEntry {
  readonly text: string
  readonly kind: DisabledExtension['kind'] | 'package' | undefined
  readonly name: string
}

const written = /^(handler|subscriber|exporter|plugin|package)s?:(.+)$/

function parse(text: string): DisableEntry {
  const [, kind, name] = written.exec(text) ?? []
  return { text, kind: kind as DisableEntry['kind'], name: (name ?? text).trim() }
}

/** Whether the entries name a package. */
export function disablesPackage(entries: readonly string[], packageName: string): boolean {
  return entries.map(parse).some(({ kind, name }) => (kind ?? 'package') === 'package' && name === packageName)
}

/** What is found and not named, and what is named and so left out. */
export function withoutDisabled<F extends Finds>(finds: F, entries: readonly string[]) {
  const parsed = entries.map(parse)
  const disabled: DisabledExtension[] = []
  const found = finds.found.filter((item) => {
    const entry = parsed.find((each) => isMeant(each, item))
    if (entry !== undefined) disabled.push(describe(item, entry))
    return entry === undefined
  })
  return { ...finds, found, disabled }
}

/** Entries that disabled nothing: most likely misspelt, or left from something that is no longer there. */
export function idleEntries(
  entries: readonly string[],
  { disabled, packages, found }: Discovered,
): { readonly text: string; readonly near: string | undefined }[] {
  const used = new Set(disabled.map(({ disabledBy }) => disabledBy))
  const off = packages.filter(({ state }) => state === 'disabled').map(({ name }) => name)
  const names = [...found.map(nameOf), ...packages.map(({ name }) => name)]
  return entries
    .filter((text) => !used.has(text) && !off.includes(parse(text).name))
    .map((text) => ({ text, near: nearestName(parse(text).name, names) }))
}

interface Discovered extends Finds {
  readonly disabled: readonly DisabledExtension[]
  readonly packages: readonly InstalledPackage[]
}

function describe(item: FoundValue, { text }: DisableEntry): DisabledExtension {
  const { kind, origin } = item
  return { kind: singular[kind], name: nameOf(item), origin: describeOrigin(origin), disabledBy: text }
}

function isMeant({ kind, name }: DisableEntry, item: FoundValue): boolean {
  if (kind === 'package' || (kind !== undefined && kind !== singular[item.kind])) return false
  if (item.kind !== 'handlers') return nameOf(item) === name
  // A name alone could be that of a task in the default namespace, which nobody means who disables a plugin.
  if (!isDefinedTask(item.value) || (kind === undefined && !/[./]/.test(name))) return false
  return satisfiesName(item.value.definition, name)
}

function nameOf({ kind, value }: { readonly kind: ExtensionKind; readonly value: unknown }): string {
  if (kind === 'handlers' && isDefinedTask(value)) {
    const { namespace, name, version } = value.definition
    return `${namespace}.${name}@${version}`
  }
  return String((value as { readonly name?: unknown } | null)?.name ?? '')
}
