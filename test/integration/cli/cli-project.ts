import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type CallOutcome, CallsInTurn } from '../../support/command-line/calls-in-turn.js'

const packageRoot = fileURLToPath(new URL('../../../../', import.meta.url))
/** The program as it is installed. */
export const taskerBin = join(packageRoot, 'core/cli/tasker.cjs')
export const checkNode = join(packageRoot, 'core/cli/check-node.cjs')

const files: Readonly<Record<string, string>> = {
  'package.json': '{ "name": "shop", "type": "module", "private": true }',
  'tasker.config.ts': `
import { defineConfig } from 'tasker'

export default defineConfig({
  handlers: ['./handlers'],
  customEvents: { 'order.fulfilled': { durable: true, description: 'an order left the house' }, 'order.seen': {} },
})
`,
  'handlers/payments/orders.task.ts': `
import { appendFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { defineTask, PermanentError } from 'tasker'

const context = { type: 'object', properties: { orderId: { type: 'integer' } }, required: ['orderId'] } as const

export const processOrder = defineTask({ namespace: 'payments', name: 'process_order', version: '2.1.0', context, sensitive: ['card'] })
  .step('load_order', async () => ({ total: 99.9 }))
  .step('charge', { dependsOn: ['load_order'] }, async ({ results }) => ({ charged: results.load_order.total, token: 'x' }))
  .step('reserve', { dependsOn: ['load_order'] }, async () => ({ reserved: true }))
  .step('confirm', { dependsOn: ['charge', 'reserve'] }, async ({ publish }) => {
    publish('order.seen', { by: 'confirm' })
    return { confirmed: true }
  })

export const refused = defineTask({ namespace: 'payments', name: 'refused', version: '1.0.0' })
  .step('charge', async () => {
    throw new PermanentError('the card was stolen', { code: 'CARD_STOLEN' })
  })
  .step('confirm', { dependsOn: ['charge'] }, async () => ({ confirmed: true }))

export const waiting = defineTask({ namespace: 'payments', name: 'waiting', version: '1.0.0' })
  .step('wait', { timeoutMs: 60_000 }, async ({ signal, context }) => {
    const mark = (word: string) => appendFileSync('marks.txt', word + ' ' + Date.now() + '\\n')
    mark('begun')
    const ms = (context as { ms?: number } | null)?.ms ?? 30_000
    await sleep(ms, undefined, { signal }).catch((error) => {
      mark('aborted')
      throw error
    })
    mark('ended')
    return { waited: ms }
  })
`,
}

/** A process that goes on. */
export interface Running {
  readonly process: ChildProcess
  readonly ended: Promise<CallOutcome>
  /** Resolves when standard output or standard error has said something; rejects if the process ends before. */
  said(pattern: RegExp): Promise<void>
}

/** A project folder of its own, with handlers in TypeScript. */
export class CliProject {
  readonly folder: string
  readonly #running = new Set<ChildProcess>()
  readonly #environment = { PATH: process.env.PATH, HOME: process.env.HOME, USER: 'tester' }
  readonly #calls: CallsInTurn

  private constructor(folder: string) {
    this.folder = folder
    this.#calls = new CallsInTurn(folder, this.#environment)
  }

  static async create(): Promise<CliProject> {
    const folder = await mkdtemp(join(tmpdir(), 'tasker-cli-'))
    const project = new CliProject(folder)
    for (const [path, text] of Object.entries(files)) await project.write(path, text)
    return project
  }

  async write(path: string, text: string): Promise<void> {
    const file = join(this.folder, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
  }

  /** Runs a command to its end, in a process that has answered other calls before. */
  call(...args: readonly string[]): Promise<CallOutcome> {
    return this.#calls.call(args)
  }

  /** Runs a command to its end and reads the one JSON document on its standard output. */
  async json<T>(...args: readonly string[]): Promise<T> {
    const { code, output, errors } = await this.call(...args)
    try {
      return JSON.parse(output) as T
    } catch {
      throw new Error(`tasker ${args.join(' ')} ended with ${code} and gave no JSON: ${output}\n${errors}`)
    }
  }

  /** Runs a command as a process of its own, as it is installed. */
  start(...args: readonly string[]): Running {
    const child = spawn(process.execPath, [taskerBin, ...args], {
      cwd: this.folder,
      env: this.#environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#running.add(child)
    let output = ''
    let errors = ''
    child.stdout.on('data', (chunk) => {
      output += chunk
    })
    child.stderr.on('data', (chunk) => {
      errors += chunk
    })
    const ended = new Promise<CallOutcome>((resolve) => {
      child.on('close', (code) => {
        this.#running.delete(child)
        resolve({ code, output, errors })
      })
    })
    const said = (pattern: RegExp) =>
      new Promise<void>((resolve, reject) => {
        const look = () => {
          if (pattern.test(output + errors)) resolve()
        }
        look()
        child.stdout.on('data', look)
        child.stderr.on('data', look)
        child.on('close', () => reject(new Error(`it ended without saying ${pattern}: ${output}\n${errors}`)))
      })
    return { process: child, ended, said }
  }

  async remove(): Promise<void> {
    await this.#calls.end()
    for (const child of this.#running) child.kill('SIGKILL')
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
  }
}
