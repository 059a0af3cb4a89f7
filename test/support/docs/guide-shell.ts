import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { showsOutput } from './expected-output.js'
import type { Command } from './guide-blocks.js'

/** What came of a command: what it printed, to both streams in order, and its exit code. */
export interface CommandOutcome {
  readonly code: number
  readonly printed: string
}

/** A command that takes longer hangs. */
const patienceMs = 120_000
const end = '--- end of command'
const npm = fileURLToPath(new URL('./guide-npm.js', import.meta.url))

/** npx of an installed program only ever runs that program, half a second later. */
const preparation = `
set -m
npx() { "./node_modules/.bin/$1" "\${@:2}"; }
npm() { node ${quoted(npm)} "$@"; }
trap 'for job in $(jobs -p); do kill -9 -- -$job; done 2>/dev/null' EXIT
`

/** One shell for all commands of a guide, as its reader has: what one exports or starts, the next ones have. */
export class GuideShell implements AsyncDisposable {
  readonly #process: ChildProcessWithoutNullStreams
  readonly #folder: string
  #printed = ''
  #jobs = 0

  constructor(folder: string) {
    this.#folder = folder
    const inherited = Object.entries(process.env).filter(
      ([name]) => !/^(npm_|NODE_OPTIONS$|NODE_ENV$|TASKER_|DATABASE_URL$)/i.test(name),
    )
    const env = { ...Object.fromEntries(inherited), PATH: `${dirname(process.execPath)}:${process.env.PATH}` }
    this.#process = spawn('bash', ['--noprofile', '--norc'], { cwd: folder, env })
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#printed += text
      })
    }
    this.#process.stdin.write(preparation)
  }

  /** Runs a command. One in the background is given until it has printed what the guide shows. */
  async run(command: Command): Promise<CommandOutcome> {
    return command.isBackground ? this.#start(command) : this.#finish(command.text)
  }

  async #finish(text: string): Promise<CommandOutcome> {
    this.#printed = ''
    this.#process.stdin.write(`eval ${quoted(text)} </dev/null 2>&1; printf '\\n%s %s\\n' ${quoted(end)} $?\n`)
    const ended = new RegExp(`\\n${end} (\\d+)\\n`)
    const deadline = performance.now() + patienceMs
    while (!ended.test(this.#printed)) {
      if (performance.now() > deadline)
        return { code: 124, printed: `${this.#printed}\nit has not ended after ${patienceMs} ms` }
      if (this.#process.exitCode !== null) return { code: this.#process.exitCode, printed: this.#printed }
      await sleep(10)
    }
    const [printed = '', code] = this.#printed.split(ended)
    return { code: Number(code), printed }
  }

  async #start({ text, expected }: Command): Promise<CommandOutcome> {
    this.#jobs += 1
    const log = join(this.#folder, `.job-${this.#jobs}.log`)
    // A signal goes to all of the job; its shell must outlive the program, or `wait` would not wait for it.
    const command = text.replace(/&\s*(#.*)?$/, '')
    const { code, printed } = await this.#finish(`{ trap : TERM; ${command}; } > ${quoted(log)} 2>&1 &`)
    for (let tries = 0; tries < 600; tries++) {
      const said = await readFile(log, 'utf8').catch(() => '')
      if (expected === undefined || showsOutput(`${expected}\n…`, said)) return { code, printed: expected ?? '' }
      await sleep(50)
    }
    return { code, printed: printed + (await readFile(log, 'utf8')) }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null) return
    const gone = new Promise((resolve) => this.#process.once('exit', resolve))
    this.#process.stdin.end('exit\n')
    await Promise.race([gone, sleep(5000).then(() => this.#process.kill('SIGKILL'))])
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
