import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { codeBlocks } from './code-blocks.js'
import { checkout } from './generated-section.js'

/** What a process came to. */
export interface Ending {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** An empty folder somewhere else, as a project that has nothing to do with this checkout. */
export function emptyFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'tasker-readme-'))
}

/** The files of the README, those with decorators or all, written into a folder as they stand there. */
export async function writeReadmeFiles(folder: string): Promise<readonly string[]> {
  const readme = await readFile(join(checkout, 'README.md'), 'utf8')
  const blocks = codeBlocks(readme, ['ts', 'jsonc'])
  for (const { path, code } of blocks) {
    if (path === undefined) throw new Error(`a block of the README does not say which file it is:\n${code}`)
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), code)
  }
  return blocks.map(({ path }) => path!)
}

/** What a program of another project gets: without the variables of npm and mocha, which would reach into it. */
export function inheritedEnvironment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|NODE_OPTIONS$|NODE_ENV$|TASKER_)/i.test(name),
  )
  return { ...Object.fromEntries(inherited), PATH: `${dirname(process.execPath)}:${process.env.PATH}` }
}

/** Runs a program without a terminal, the Node of this process first in the search path; never throws for its exit code. */
export function run(folder: string, program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const options = { cwd: folder, env: { ...inheritedEnvironment(), ...env }, maxBuffer: 2 ** 26 }
  return new Promise<Ending>((resolve) => {
    const child = execFile(program, args, options, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr }),
    )
    child.stdin?.end()
  })
}

/** The compiler of this checkout. */
export const tsc = join(checkout, 'node_modules', '.bin', 'tsc')
