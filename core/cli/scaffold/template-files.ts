import { readdir, readFile } from 'node:fs/promises'
import { basename, dirname, join, relative, sep } from 'node:path'
import { ownPackageFolder } from '../../kernel/discovery/package-entries.js'
import type { ScaffoldFile } from './scaffold-file.js'

/** npm leaves files of these names out of packages or renames them, so the templates have them without their dot. */
const dotted = new Set(['gitignore', 'dockerignore'])

/** Name of the project in the files of the templates. */
const placeholder = 'my-app'

/** Files of folders of the templates, laid over each other, for a project of a name. */
export async function templateFiles(layers: readonly string[], projectName: string): Promise<ScaffoldFile[]> {
  const files = new Map<string, ScaffoldFile>()
  for (const layer of layers) {
    for (const file of await filesOf(join(ownPackageFolder(), 'examples/templates', layer), projectName)) {
      files.set(file.path, file)
    }
  }
  return [...files.values()].sort((one, other) => (one.path < other.path ? -1 : 1))
}

async function filesOf(folder: string, projectName: string): Promise<ScaffoldFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return Promise.all(
    files.map(async (file) => ({
      path: withDot(relative(folder, file).split(sep).join('/')),
      content: (await readFile(file, 'utf8')).replaceAll(placeholder, projectName),
    })),
  )
}

function withDot(path: string): string {
  const name = basename(path)
  if (!dotted.has(name)) return path
  const folder = dirname(path)
  return folder === '.' ? `.${name}` : `${folder}/.${name}`
}
