import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ownPackageFolder } from '../../kernel/discovery/package-entries.js'
import type { ScaffoldFile } from './scaffold-file.js'

/** Type stripping is a warning on Node 22; it would stand before every line that a program says. */
const node = 'node --disable-warning=ExperimentalWarning'

/** The package.json of a new project. What it needs besides Tasker, it takes in the versions that this Tasker was tested with. */
export async function projectManifest(options: {
  readonly name: string
  readonly taskerSpec: string
  readonly hasTests: boolean
}): Promise<ScaffoldFile> {
  const own = JSON.parse(await readFile(join(ownPackageFolder(), 'package.json'), 'utf8')) as OwnManifest
  const test = options.hasTests ? { test: `tsc && ${node} --test "test/**/*.test.ts"` } : { test: 'tsc' }
  const manifest = {
    name: options.name,
    version: '0.1.0',
    private: true,
    type: 'module',
    engines: own.engines,
    scripts: { start: `${node} start.ts`, worker: 'tasker start', ...test },
    dependencies: { tasker: options.taskerSpec, typebox: own.dependencies.typebox },
    devDependencies: {
      '@types/node': own.devDependencies['@types/node'],
      typescript: own.devDependencies.typescript,
    },
  }
  return { path: 'package.json', content: `${JSON.stringify(manifest, null, 2)}\n` }
}

interface OwnManifest {
  readonly engines: Readonly<Record<string, string>>
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}
