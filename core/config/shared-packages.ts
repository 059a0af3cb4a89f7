import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

/**
 * Packages of which user code must get the copy that runs: tsyringe keeps what decorators say in a Map of its own, and values of
 * `tasker` and TypeBox meet ours. Also what makes them resolve where they are not installed, as with a global `tasker`. In the order of loading: tsyringe refuses to be first.
 */
const sharedPackages = ['reflect-metadata', 'tsyringe', 'typebox', 'tasker'] as const

// The package reaches its own door by its name: here in dist, and in a project in node_modules.
const ownRequire = createRequire(import.meta.url)

/**
 * The running copy of each shared package and its subpaths, by import specifier, in the form that jiti asks for: it looks with
 * `in` and then reads. A plain object would need every subpath loaded beforehand; this loads what is asked for.
 */
export const sharedModules: Record<string, unknown> = new Proxy(Object.create(null), {
  has: (_, specifier) => ownFile(specifier) !== undefined,
  get: (_, specifier) => {
    const file = ownFile(specifier)
    return file === undefined ? undefined : ownRequire(file)
  },
})

let loaded: Promise<void> | undefined

/** Loads the shared packages as modules, once: `require` of a module that is only half imported would throw. */
export function loadSharedPackages(): Promise<void> {
  loaded ??= importAll()
  return loaded
}

async function importAll(): Promise<void> {
  for (const specifier of sharedPackages) {
    const file = ownFile(specifier)
    if (file !== undefined) await import(pathToFileURL(file).href)
  }
}

function ownFile(specifier: string | symbol): string | undefined {
  if (typeof specifier !== 'string') return undefined
  if (!sharedPackages.some((name) => specifier === name || specifier.startsWith(`${name}/`))) return undefined
  try {
    return ownRequire.resolve(specifier)
  } catch {
    return undefined
  }
}
