import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { on } from 'node:events'
import { fileURLToPath } from 'node:url'
import { CallsInTurn } from '../../support/command-line/calls-in-turn.js'
import type { ProjectOnDisk } from '../../unit/config/project-on-disk.js'

const program = fileURLToPath(new URL('../../../../core/cli/tasker.cjs', import.meta.url))

export interface CommandOutcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Starts one call of the command line in the folder of a project, as a process of its own. */
export function startCommand(project: ProjectOnDisk, args: readonly string[]) {
  return spawn(process.execPath, [program, ...args], { cwd: project.directory, stdio: ['ignore', 'pipe', 'pipe'] })
}

/** Resolves when a process has said something on standard error. */
export async function said(child: ReturnType<typeof startCommand>, pattern: RegExp): Promise<void> {
  let all = ''
  for await (const chunk of on(child.stderr, 'data', { close: ['close'] })) {
    all += String(chunk)
    if (pattern.test(all)) return
  }
  assert.fail(`it ended without saying ${pattern}: ${all}`)
}

const callsIn = new Map<ProjectOnDisk, CallsInTurn>()

/** Runs one call to its end, in a process that has answered other calls of the project before. */
export async function runCommand(project: ProjectOnDisk, args: readonly string[]): Promise<CommandOutcome> {
  let calls = callsIn.get(project)
  if (calls === undefined) {
    calls = new CallsInTurn(project.directory, process.env)
    callsIn.set(project, calls)
  }
  const { code, output: stdout, errors: stderr } = await calls.call(args)
  return { code, stdout, stderr }
}

/** Ends what answers the calls of the projects. */
export async function endCalls(): Promise<void> {
  await Promise.all([...callsIn.values()].map((calls) => calls.end()))
  callsIn.clear()
}

/** One error of one message on standard error, and nothing on standard output. */
export function assertOneError(
  { code, stdout, stderr }: CommandOutcome,
  expected: number,
  says: readonly RegExp[],
): void {
  assert.equal(code, expected, stderr)
  assert.equal(stdout, '')
  assert.match(stderr, /^error: /)
  assert.equal(stderr.match(/error:/g)?.length, 1, stderr)
  assert.doesNotMatch(stderr, /\n\s+at /, 'no stack without --verbose')
  assert.doesNotMatch(stderr, /"level":/, 'what is thrown is not logged as well')
  for (const part of says) assert.match(stderr, part)
}
