import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CallsInTurn } from '../../support/command-line/calls-in-turn.js'
import { checkout } from '../../support/docs/generated-section.js'
import { type Ending, inheritedEnvironment, run, tsc } from '../../support/docs/readme-project.js'

/** A project that `tasker init` made, with the packages of this checkout linked, which takes no time. */
export class LinkedProject {
  readonly folder: string
  readonly #calls: CallsInTurn

  private constructor(folder: string) {
    this.folder = folder
    this.#calls = new CallsInTurn(folder, inheritedEnvironment())
  }

  static async create(...options: readonly string[]): Promise<LinkedProject> {
    const project = new LinkedProject(await mkdtemp(join(tmpdir(), 'tasker-project-')))
    const { code, stderr } = await project.tasker('init', '.', '--name', 'shop', ...options)
    if (code !== 0) throw new Error(stderr)
    const modules = join(project.folder, 'node_modules')
    await mkdir(join(modules, '@types'), { recursive: true })
    await symlink(checkout, join(modules, 'tasker'))
    for (const name of ['typebox', '@types/node', 'undici-types']) {
      await symlink(join(checkout, 'node_modules', name), join(modules, name))
    }
    return project
  }

  /** Runs a command to its end, in a process that has answered other calls before. */
  async tasker(...args: readonly string[]): Promise<Ending> {
    const { code, output, errors } = await this.#calls.call(args)
    return { code: code ?? 1, stdout: output, stderr: errors }
  }

  compile(): Promise<Ending> {
    return run(this.folder, tsc, ['-p', '.'])
  }

  /**
   * What `npm test` of the project runs after compiling: all tests, or those that a pattern names. In one process, which takes a tenth
   * of the time: with one for each file, as projects run them, those of `tasker init` run in init.test.ts.
   */
  test(pattern = 'test/**/*.test.ts'): Promise<Ending> {
    const options = ['--disable-warning=ExperimentalWarning', '--test', '--test-isolation=none']
    return run(this.folder, process.execPath, [...options, pattern])
  }

  /** Changes a text file. */
  async edit(path: string, change: (text: string) => string): Promise<void> {
    const file = join(this.folder, path)
    const text = await readFile(file, 'utf8')
    const changed = change(text)
    if (changed === text) throw new Error(`${path} stays as it was`)
    await writeFile(file, changed)
  }

  async remove(): Promise<void> {
    await this.#calls.end()
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
  }
}
