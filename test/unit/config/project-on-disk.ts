import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** A folder of files in the temporary directory. */
export class ProjectOnDisk implements AsyncDisposable {
  readonly directory: string

  private constructor(directory: string) {
    this.directory = directory
  }

  /** Writes files, given by path and content. */
  static async with(files: Readonly<Record<string, string>>): Promise<ProjectOnDisk> {
    const project = new ProjectOnDisk(await realpath(await mkdtemp(join(tmpdir(), 'tasker-config-'))))
    for (const [path, content] of Object.entries(files)) await project.write(path, content)
    return project
  }

  path(...parts: readonly string[]): string {
    return join(this.directory, ...parts)
  }

  async write(path: string, content: string): Promise<void> {
    await mkdir(dirname(this.path(path)), { recursive: true })
    await writeFile(this.path(path), content)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.directory, { recursive: true, force: true })
  }
}
