/** The rooms of core, top to bottom: a room imports only from lines above its own. */
const coreLines = [
  ['errors'],
  ['events'],
  ['workflow'],
  ['contracts'],
  ['bus', 'registry', 'config', 'definition'],
  ['orchestration', 'persistence', 'exports', 'metrics', 'http'],
  ['kernel'],
  ['testing', 'cli'],
] as const

const levels = new Map<string, number>(coreLines.flatMap((rooms, level) => rooms.map((room) => [room, level])))
const LEVEL_OF_KERNEL = levels.get('kernel')!

export const extensionFolders = ['plugins', 'exporters', 'subscribers'] as const
export type ExtensionFolder = (typeof extensionFolders)[number]

/** Where a file stands in the house. */
export type Place =
  | { readonly kind: 'room'; readonly room: string; readonly level: number }
  | { readonly kind: 'unknown room'; readonly room: string }
  | { readonly kind: 'door' }
  | { readonly kind: 'extension'; readonly folder: ExtensionFolder; readonly name: string }
  | { readonly kind: 'composition'; readonly folder: 'tasker.config.ts' | 'examples' | 'bench' }
  | { readonly kind: 'test' }
  | { readonly kind: 'outside' }

export function placeOf(path: string): Place {
  const [top, second, third] = path.split('/')
  if (path === 'core/index.ts') return { kind: 'door' }
  if (top === 'core') {
    const level = levels.get(second!)
    return level === undefined || third === undefined
      ? { kind: 'unknown room', room: second! }
      : { kind: 'room', room: second!, level }
  }
  if (top === 'test') return { kind: 'test' }
  if (top === 'tasker.config.ts' || top === 'examples' || top === 'bench') return { kind: 'composition', folder: top }
  const folder = extensionFolders.find((name) => name === top)
  return folder === undefined ? { kind: 'outside' } : { kind: 'extension', folder, name: second! }
}

/** Whether a file is a door: what may be imported from outside of its folder. */
export function isDoor(path: string): boolean {
  return /^(core|core\/testing|(plugins|exporters|subscribers)\/[^/]+)\/index\.ts$/.test(path)
}

/** Why a file at one place may not import one at another; undefined if it may. Files of one folder or room always may. */
export function whyNot(from: Place, to: Place, toPath: string): string | undefined {
  if (from.kind === 'test') return undefined
  if (to.kind === 'test') return 'only tests import from test'
  if (to.kind === 'composition' && !(from.kind === 'composition' && from.folder === to.folder)) {
    return `nothing imports from ${to.folder}`
  }
  switch (from.kind) {
    case 'room':
      return whyNotFromRoom(from, to)
    case 'door':
      return to.kind === 'room' && to.level <= LEVEL_OF_KERNEL
        ? undefined
        : 'the door re-exports only from the rooms of core down to kernel'
    case 'extension':
      return whyNotFromExtension(from, to, toPath)
    case 'composition':
      return to.kind === 'composition' || isDoor(toPath) ? undefined : `${from.folder} imports doors only`
    default:
      return undefined
  }
}

function whyNotFromRoom(from: Extract<Place, { kind: 'room' }>, to: Place): string | undefined {
  if (to.kind === 'extension') return 'core never imports a plugin, an exporter or a subscriber'
  if (to.kind === 'door') {
    return from.level > LEVEL_OF_KERNEL ? undefined : 'rooms of core import each other, not the door'
  }
  if (to.kind !== 'room' || to.room === from.room || to.level < from.level) return undefined
  return to.level === from.level
    ? `${from.room} and ${to.room} are on one line and never import each other`
    : `${from.room} comes before ${to.room} and may import only from rooms above it`
}

function whyNotFromExtension(
  from: Extract<Place, { kind: 'extension' }>,
  to: Place,
  toPath: string,
): string | undefined {
  if (to.kind === 'door') return undefined
  const isOther = to.kind === 'extension'
  if (isOther && to.folder === from.folder && to.name === from.name) return undefined
  if (isOther && from.folder === 'plugins' && to.folder === 'plugins' && isDoor(toPath)) return undefined
  return `${from.folder} import only core/index.js and their own folder${from.folder === 'plugins' ? ', and the door of a plugin that they depend on' : ''}`
}
