import { existsSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { InvalidArgumentError } from '../../errors/cli-errors.js'
import { ownPackageFolder } from '../../kernel/discovery/package-entries.js'
import { taskerVersion } from '../../kernel/tasker-version.js'
import type { ScaffoldFile } from './scaffold-file.js'

/** How a new project depends on Tasker. */
export interface TaskerDependency {
  /** What stands in its package.json. */
  readonly spec: string
  /** The tarball, where there is one: it becomes part of the project, so that colleagues and Docker builds have it, too. */
  readonly file?: ScaffoldFile
}

/**
 * The dependency of a new project on Tasker: the one that is asked for, else the one by which the running Tasker was installed.
 *
 * @param given a range, a tag, a URL, or the path of a tarball or a folder
 * @throws InvalidArgumentError for a path where nothing is
 */
export async function taskerDependency(given: string | undefined): Promise<TaskerDependency> {
  if (given === undefined) return fromSpec(await runningSpec())
  const path = given.replace(/^file:/, '')
  if (!/^(file:|[./\\]|[a-z]:[\\/])|\.tgz$/i.test(given) || /^https?:/.test(given)) return { spec: given }
  if (existsSync(path)) return fromSpec(`file:${resolve(path)}`)
  throw new InvalidArgumentError('--tasker', 'nothing is there', {
    expected: 'a range such as ^0.1.0, a tarball, or a folder',
    received: resolve(path),
  })
}

async function fromSpec(spec: string): Promise<TaskerDependency> {
  if (!spec.startsWith('file:')) return { spec }
  const path = spec.slice('file:'.length)
  if ((await stat(path)).isDirectory()) return { spec }
  const copy = `vendor/${basename(path)}`
  return { spec: `file:${copy}`, file: { path: copy, content: await readFile(path) } }
}

/** As whoever has the running Tasker in node_modules asked for it, where that was no version of the registry. */
async function runningSpec(): Promise<string> {
  const published = `^${taskerVersion}`
  const folder = ownPackageFolder()
  const modules = dirname(folder)
  if (basename(modules) !== 'node_modules') return `file:${folder}`
  const asked = await askedFor(dirname(modules))
  if (asked === undefined) return published
  if (/^(git|https?:|github:)/.test(asked)) return asked
  if (!asked.startsWith('file:')) return published
  const path = resolve(dirname(modules), asked.slice('file:'.length))
  return existsSync(path) ? `file:${path}` : published
}

async function askedFor(project: string): Promise<string | undefined> {
  const manifest = join(project, 'package.json')
  if (!existsSync(manifest)) return undefined
  const { dependencies = {}, devDependencies = {} } = JSON.parse(await readFile(manifest, 'utf8')) as {
    readonly dependencies?: Readonly<Record<string, string>>
    readonly devDependencies?: Readonly<Record<string, string>>
  }
  return dependencies.tasker ?? devDependencies.tasker
}
