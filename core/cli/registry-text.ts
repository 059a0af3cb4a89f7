import type { RegistryDocument, RegistryName } from './registry-documents.js'
import { type TableOptions, textTable } from './text-table.js'

interface Column {
  readonly head: string
  readonly cell: (entry: RegistryDocument) => unknown
}

const columnsOf: Readonly<Record<RegistryName, readonly Column[]>> = {
  handlers: [
    { head: 'HANDLER', cell: ({ name }) => name },
    { head: 'STEPS', cell: ({ steps }) => lengthOf(steps) },
  ],
  subscribers: [
    { head: 'SUBSCRIBER', cell: ({ name }) => name },
    { head: 'HEARS', cell: ({ durable }) => (durable === true ? 'log' : 'bus') },
    { head: 'EVENTS', cell: ({ events }) => shortList(events) },
  ],
  exporters: [
    { head: 'EXPORTER', cell: ({ name }) => name },
    { head: 'FORMATS', cell: ({ formats }) => shortList(formats) },
  ],
  plugins: [
    { head: 'PLUGIN', cell: ({ name }) => name },
    { head: 'VERSION', cell: ({ version }) => version },
    { head: 'AFTER', cell: ({ dependsOn }) => shortList(dependsOn) },
  ],
}

/** What was found, where, and what was refused and why. */
export function registryText(
  registry: RegistryName,
  entries: readonly RegistryDocument[],
  options: TableOptions,
): string {
  const packages = entries.filter(({ kind }) => kind === 'package')
  const own = entries.filter(({ kind }) => kind !== 'package')
  const taken = own.filter(({ refused, disabled }) => !refused && !disabled)
  const disabled = own.filter((entry) => entry.disabled)
  const refused = own.filter((entry) => entry.refused)
  return [
    taken.length === 0 ? `no ${registry} were found` : tableOf(columnsOf[registry], taken, options),
    ...section(disabled.length > 0, `${disabled.length} disabled`, disabled.map(disabledText)),
    ...section(
      refused.length > 0,
      options.paint('red', `${refused.length} refused`),
      refused.map((entry) => refusalText(entry, options)),
    ),
    ...section(packages.length > 0, 'packages', [packageTable(packages, options)]),
  ].join('\n')
}

function section(isThere: boolean, title: string, lines: readonly string[]): string[] {
  return isThere ? ['', title, ...lines] : []
}

function disabledText({ name, origin, disabledBy }: RegistryDocument): string {
  return `  ${name} (${origin}), by "${disabledBy}" in discovery.disable`
}

const packageColumns: readonly Column[] = [
  { head: 'PACKAGE', cell: ({ name }) => name },
  { head: 'VERSION', cell: ({ version }) => version ?? '-' },
  { head: 'WORKS WITH', cell: ({ worksWith }) => (worksWith === null ? 'does not say' : `tasker ${worksWith}`) },
  { head: 'BRINGS', cell: ({ brings }) => shortList(brings) },
  { head: 'STATE', cell: ({ state }) => state },
]

function packageTable(packages: readonly RegistryDocument[], options: TableOptions): string {
  const rows = packages.map((entry) => packageColumns.map(({ cell }) => String(cell(entry) ?? '')))
  return textTable(
    packageColumns.map(({ head }) => head),
    rows,
    options,
  )
}

function tableOf(own: readonly Column[], entries: readonly RegistryDocument[], options: TableOptions): string {
  const columns: readonly Column[] = [
    ...own,
    { head: 'FOUND IN', cell: ({ origin }) => origin },
    { head: 'DESCRIPTION', cell: ({ description }) => description },
  ]
  const rows = entries.map((entry) => columns.map(({ cell }) => String(cell(entry) ?? '')))
  return textTable(
    columns.map(({ head }) => head),
    rows,
    options,
  )
}

function refusalText({ name, origin, problems = [] }: RegistryDocument, { paint }: TableOptions): string {
  const where = origin.endsWith(name) ? origin : `${name} (${origin})`
  return [`  ${paint('bold', where)}`, ...problems.map((problem) => `    ${problem.replaceAll('\n', '\n    ')}`)].join(
    '\n',
  )
}

function lengthOf(list: unknown): number {
  return Array.isArray(list) ? list.length : 0
}

/** The first three of a list, and how many there are besides. */
function shortList(list: unknown): string {
  if (!Array.isArray(list)) return ''
  return list.length > 3 ? `${list.slice(0, 3).join(', ')} +${list.length - 3}` : list.join(', ')
}
