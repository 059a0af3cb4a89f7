import { readdirSync, statSync } from 'node:fs'
import { extname, join, relative, resolve } from 'node:path'
import type { ResolvedConfig } from '../config/resolved-config.js'
import type { Tasker } from '../kernel/tasker.js'
import type { Paint } from './paint.js'
import { type RegistryDocument, type RegistryName, registryDocuments, registryNames } from './registry-documents.js'

/** What became of all that a project has: how much was found, and what was refused. */
export interface ProjectCheck {
  readonly found: Readonly<Record<RegistryName, number>>
  readonly refused: readonly RefusedPart[]
  /** What is not wrong, and may not be meant. */
  readonly notes: readonly string[]
}

/** Something of the project, or of a package, that is not used because something is wrong with it. */
export interface RefusedPart {
  readonly kind: string
  readonly name: string
  /** File, package, or place in the configuration. */
  readonly origin: string
  readonly problems: readonly string[]
}

/** Looks at all registries of a kernel that was opened to collect refusals. */
export function projectCheck(tasker: Tasker, config: ResolvedConfig): ProjectCheck {
  const all = registryNames.map((registry) => [registry, registryDocuments(tasker, registry)] as const)
  const isUsed = (entry: RegistryDocument) => !entry.refused && !entry.disabled && entry.kind !== 'package'
  return {
    found: Object.fromEntries(
      all.map(([registry, entries]) => [registry, entries.filter(isUsed).length]),
    ) as ProjectCheck['found'],
    // A package that is refused is among what it would have brought.
    refused: all.flatMap(([registry, entries]) =>
      entries.filter(({ refused, kind }) => refused && kind !== 'package').map(partOf(registry)),
    ),
    notes: all.flatMap(([registry, entries]) => emptyFolders(config, registry, entries)),
  }
}

/** Folders that the configuration names and in which nothing of the kind is: the names of files may lack their ending. */
function emptyFolders(
  { values, directory }: ResolvedConfig,
  registry: RegistryName,
  entries: readonly RegistryDocument[],
): string[] {
  const places = (values[registry] as readonly unknown[]).filter((entry) => typeof entry === 'string')
  return places.flatMap((place) => {
    const folder = resolve(directory, place)
    const isUsed = entries.some(({ origin }) => !relative(folder, resolve(directory, origin)).startsWith('..'))
    if (isUsed || statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return []
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    const near = files.find((file) => ['.ts', '.js', '.mts', '.mjs', '.yaml', '.yml'].includes(extname(file)))
    const hint = near === undefined ? 'it has no files of code' : `${join(place, near)} does not`
    return [
      `${registry}: nothing was found in ${place}. Files are found whose names end with ${endings[registry]}; ${hint}.`,
    ]
  })
}

const endings: Readonly<Record<RegistryName, string>> = {
  handlers: '.task.ts or .task.yaml',
  subscribers: '.subscriber.ts',
  exporters: '.exporter.ts',
  plugins: '.plugin.ts',
}

function partOf(registry: RegistryName) {
  return ({ kind = registry.slice(0, -1), name, origin, problems = [] }: RegistryDocument): RefusedPart => ({
    kind: String(kind),
    name,
    origin,
    problems,
  })
}

/** The check in words: what was refused with its place, and everything that is wrong with it. */
export function projectCheckText({ found, refused, notes }: ProjectCheck, paint: Paint): string {
  const counts = [
    `found: ${registryNames.map((name) => counted(found[name], name)).join(', ')}${refused.length === 0 ? '; nothing was refused' : ''}`,
    ...notes.map((note) => paint('yellow', `note: ${note}`)),
  ].join('\n')
  if (refused.length === 0) return counts
  const parts = refused.map(({ kind, name, origin, problems }) => {
    const isNamed = name === origin || origin.split(/[\s@/\\.]+/).includes(name)
    const title = isNamed ? `${kind} of ${origin}` : `${kind} ${name} of ${origin}`
    const lines = problems.flatMap((problem) => problem.split('\n')).map((line) => `    ${line}`)
    return [`  ${title}`, ...lines].join('\n')
  })
  return [counts, '', paint('red', `${refused.length} refused`), ...parts].join('\n')
}

function counted(count: number, registry: RegistryName): string {
  return `${count} ${count === 1 ? registry.slice(0, -1) : registry}`
}
