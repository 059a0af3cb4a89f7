import { readdir } from 'node:fs/promises'
import { FolderNotEmptyError } from '../../errors/scaffold-errors.js'
import { projectManifest } from './project-manifest.js'
import type { ScaffoldFile } from './scaffold-file.js'
import { taskerDependency } from './tasker-dependency.js'
import type { Template } from './template-catalogue.js'
import { templateFiles } from './template-files.js'

export interface ProjectOptions {
  readonly name: string
  readonly template: Template
  /** How to depend on Tasker. Default: as the running one was installed. */
  readonly tasker?: string
  /** Address of the API that the steps of a demonstration call. Default: a stand-in that the project brings. */
  readonly apiBaseUrl?: string
  readonly hasDocker: boolean
  readonly hasTests: boolean
}

export interface ProjectPlan {
  readonly taskerSpec: string
  /** In the order of their paths. */
  readonly files: readonly ScaffoldFile[]
}

/** Where the templates of the demonstrations keep the address of their API. */
const addressFile = 'shop-api/address.json'

/** All files of a new project. Nothing is written. */
export async function planProject(options: ProjectOptions): Promise<ProjectPlan> {
  const { name, template, hasDocker, hasTests, apiBaseUrl } = options
  const tasker = await taskerDependency(options.tasker)
  const layers = [...template.layers, ...(hasDocker ? ['docker'] : [])]
  const fromTemplate = (await templateFiles(layers, name))
    .filter(({ path }) => hasTests || !path.startsWith('test/'))
    .map((file) => (file.path === addressFile && apiBaseUrl !== undefined ? addressed(file, apiBaseUrl) : file))
    .map((file) => (file.path === 'Dockerfile' && tasker.file === undefined ? withoutVendor(file) : file))
  const manifest = await projectManifest({ name, taskerSpec: tasker.spec, hasTests })
  const files = [...fromTemplate, manifest, ...(tasker.file === undefined ? [] : [tasker.file])]
  return { taskerSpec: tasker.spec, files: files.sort((one, other) => (one.path < other.path ? -1 : 1)) }
}

function addressed(file: ScaffoldFile, baseUrl: string): ScaffoldFile {
  return { ...file, content: `${JSON.stringify({ baseUrl }, null, 2)}\n` }
}

/** The image of a project that has no tarball in it: Docker refuses to copy what is not there. */
function withoutVendor(file: ScaffoldFile): ScaffoldFile {
  return { ...file, content: String(file.content).replace(/^#.*\nCOPY vendor .*\n/m, '') }
}

/** What a folder may hold before a project is made in it. */
const harmless = new Set(['.git', '.DS_Store', 'Thumbs.db'])

/**
 * Refuses a folder that has anything in it.
 *
 * @throws FolderNotEmptyError
 */
export async function assertEmpty(folder: string): Promise<void> {
  const entries = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    if (error.code === 'ENOTDIR') return ['a file of that name']
    throw error
  })
  const found = entries.filter((entry) => !harmless.has(entry))
  if (found.length > 0) throw new FolderNotEmptyError(folder, found)
}
