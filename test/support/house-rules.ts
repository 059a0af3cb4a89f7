import { posix } from 'node:path'
import { extensionFolders, type Place, placeOf, whyNot } from './house-map.js'
import { findImportCycles } from './import-cycles.js'
import { type ScannedSource, scanSource } from './source-scan.js'

/** One thing that is not as DESIGN §3 has it. */
export interface Violation {
  readonly file: string
  /** What was imported, where the rule is about imports. */
  readonly imported?: string
  readonly rule: string
}

export function describeViolation({ file, imported, rule }: Violation): string {
  return `${file}${imported === undefined ? '' : ` imports ${imported}`}: ${rule}`
}

interface HouseFile extends ScannedSource {
  readonly path: string
  readonly place: Place
}

const databasePackages = /^(@mikro-orm\/|mikro-orm$|pg$|pg\/|pg-|postgres$|knex$|kysely$|@electric-sql\/)/
const httpFrameworks = /^(fastify$|@fastify\/|express$|koa$|hono$|hono\/|@hapi\/|graphql-yoga$|@nestjs\/)/
const consoleWrites = /(?<![.\w])(?:console\s*\.\s*\w+|process\s*\.\s*(?:stdout|stderr))/
const processControl =
  /(?<![.\w])process\s*\.\s*(?:exit|abort)\s*\(|(?<![.\w])process\s*\.\s*(?:on|once|addListener|prependListener)\s*\(\s*'SIG/
const defaultExport = /\bexport\s+default\b|\bexport\s*\{[^}]*\bas\s+default\b/
const forbiddenName = /^(?:.*-)?(?:utils?|helpers?|misc)$|^(?:common|types?)$/
const sourceFile = /\.[cm]?[jt]sx?$/

const rootEntries = new Set([
  ...['core', ...extensionFolders, 'test', 'docs', 'examples', 'bench'],
  ...['tasker.config.ts', 'package.json', 'package-lock.json', 'README.md', 'CHANGELOG.md', 'LICENSE'],
  ...['CONTRIBUTING.md', 'CODE_OF_CONDUCT.md', 'SECURITY.md', 'biome.json'],
])
const toolConfiguration = /^(\..+|tsconfig(\..+)?\.json)$/

/**
 * Checks a tree of files against the rules of DESIGN §3.
 *
 * @param files path from the root, with slashes → source; sources of other files than TypeScript and JavaScript are not read
 */
export function checkHouse(files: ReadonlyMap<string, string>): Violation[] {
  const house = [...files]
    .filter(([path]) => sourceFile.test(path) && !path.startsWith('test/fixtures/'))
    .map(([path, source]): HouseFile => ({ path, place: placeOf(path), ...scanSource(source) }))
  const byPath = new Map(house.map((file) => [file.path, file]))
  return [
    ...checkRoot([...files.keys()]),
    ...house.flatMap((file) => [
      ...checkName(file),
      ...checkImports(file, byPath),
      ...checkPackages(file, house),
      ...checkCode(file),
    ]),
    ...checkCycles(house, byPath),
  ]
}

function checkRoot(paths: readonly string[]): Violation[] {
  const entries = new Set(paths.map((path) => path.split('/')[0]!))
  return [...entries]
    .filter((entry) => !rootEntries.has(entry) && !toolConfiguration.test(entry))
    .map((file) => ({ file, rule: 'the root holds only what DESIGN §3 lists' }))
}

function checkName({ path, place }: HouseFile): Violation[] {
  const violations: Violation[] = []
  if (place.kind === 'unknown room') violations.push({ file: path, rule: `core has no room "${place.room}"` })
  const parts = path.replace(/^test\/types\//, 'test/').split('/')
  const bad = parts.map((part) => part.split('.')[0]!).find((part) => forbiddenName.test(part))
  if (bad !== undefined) violations.push({ file: path, rule: `nothing is named "${bad}": name it by what it does` })
  return violations
}

function checkImports(file: HouseFile, byPath: ReadonlyMap<string, HouseFile>): Violation[] {
  return file.imports.flatMap((imported): Violation[] => {
    const target = resolveImport(file.path, imported, byPath)
    if (target === undefined) return checkOwnName(file, imported)
    if (target.startsWith('../')) return [{ file: file.path, imported, rule: 'it is outside of the project' }]
    const rule = whyNot(file.place, placeOf(target), target) ?? whyNotAnotherPlugin(file, target, byPath)
    return rule === undefined ? [] : [{ file: file.path, imported: target, rule }]
  })
}

/** `tasker` and `tasker/…`: the names of the doors for those who come from outside. */
function checkOwnName({ path, place }: HouseFile, imported: string): Violation[] {
  if (!/^tasker($|\/)/.test(imported) || place.kind === 'composition' || place.kind === 'test') return []
  return [{ file: path, imported, rule: 'inside the package doors are imported by their path' }]
}

/** A plugin may import the door of another one that it names in `dependsOn`. */
function whyNotAnotherPlugin(
  { place }: HouseFile,
  target: string,
  byPath: ReadonlyMap<string, HouseFile>,
): string | undefined {
  const to = placeOf(target)
  if (place.kind !== 'extension' || to.kind !== 'extension' || to.name === place.name) return undefined
  const own = [...byPath.values()].filter(({ path }) => path.startsWith(`plugins/${place.name}/`))
  return own.some((file) => dependsOn(file, to.name)) ? undefined : `${place.name} does not depend on ${to.name}`
}

function dependsOn({ codeWithTexts }: HouseFile, plugin: string): boolean {
  return Array.from(codeWithTexts.matchAll(/\bdependsOn\s*:\s*\[([^\]]*)\]/g)).some(([, list]) =>
    list!.includes(`'${plugin}'`),
  )
}

function checkPackages({ path, place, imports }: HouseFile, house: readonly HouseFile[]): Violation[] {
  const isFreeOfDatabase =
    (place.kind === 'room' && place.room !== 'persistence') ||
    place.kind === 'door' ||
    (place.kind === 'extension' && place.folder !== 'plugins')
  const mayServeHttp =
    place.kind === 'test' ||
    (place.kind === 'composition' && place.folder !== 'tasker.config.ts') ||
    (place.kind === 'extension' && place.folder === 'plugins' && servesHttp(place.name, house))
  return imports.flatMap((imported): Violation[] => {
    if (isFreeOfDatabase && databasePackages.test(imported)) {
      return [{ file: path, imported, rule: 'only core/persistence imports the ORM or a database client' }]
    }
    if (!mayServeHttp && httpFrameworks.test(imported)) {
      return [
        { file: path, imported, rule: 'only plugins/http and plugins that depend on it import an HTTP framework' },
      ]
    }
    return []
  })
}

function servesHttp(plugin: string, house: readonly HouseFile[]): boolean {
  const own = house.filter(({ path }) => path.startsWith(`plugins/${plugin}/`))
  return plugin === 'http' || own.some((file) => dependsOn(file, 'http'))
}

function checkCode({ path, place, code, codeWithTexts }: HouseFile): Violation[] {
  const rules: string[] = []
  const isCli = place.kind === 'room' && place.room === 'cli'
  const isScript = place.kind === 'test' || (place.kind === 'composition' && place.folder !== 'tasker.config.ts')
  if (!isCli && !isScript && consoleWrites.test(code)) {
    rules.push('only core/cli and examples write to the console; others take a logger or a stream')
  }
  // In the file of a worker thread process.exit ends that thread only.
  const isThread = /\bparentPort\b/.test(code)
  if (!isCli && !isThread && place.kind !== 'test' && processControl.test(codeWithTexts)) {
    rules.push('only core/cli handles signals and ends the process')
  }
  if (defaultExport.test(code) && posix.basename(path) !== 'tasker.config.ts') {
    rules.push('no default exports: the only one is tasker.config.ts')
  }
  if (place.kind === 'door' && !isOnlyReExports(code)) {
    rules.push('the door holds named re-exports and the import of reflect-metadata, nothing else')
  }
  return rules.map((rule) => ({ file: path, rule }))
}

function isOnlyReExports(code: string): boolean {
  return code.replace(/\bexport\s+(type\s+)?\{[^}]*\}\s*from\s*''|\bimport\s*''/g, '').trim() === ''
}

function checkCycles(house: readonly HouseFile[], byPath: ReadonlyMap<string, HouseFile>): Violation[] {
  const graph = new Map(
    house.map((file) => {
      const targets = file.imports.map((imported) => resolveImport(file.path, imported, byPath))
      return [file.path, targets.filter((target) => target !== undefined)]
    }),
  )
  return findImportCycles(graph).map((cycle) => ({
    file: cycle[0]!,
    imported: cycle[1]!,
    rule: `no import cycles, type imports included: ${cycle.join(' → ')}`,
  }))
}

/** The path of a relative import, as it is in the tree; undefined for packages. */
function resolveImport(path: string, imported: string, byPath: ReadonlyMap<string, HouseFile>): string | undefined {
  if (!imported.startsWith('.')) return undefined
  const target = posix.join(posix.dirname(path), imported)
  const candidates = [target.replace(/\.([cm]?)js$/, '.$1ts'), target, `${target}.ts`, `${target}/index.ts`]
  return candidates.find((candidate) => byPath.has(candidate)) ?? candidates[0]
}
