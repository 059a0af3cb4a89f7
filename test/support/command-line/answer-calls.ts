/**
 * A process that answers one call of the command line after the other: each line of standard input is the arguments of one, as JSON.
 * It loads the program once, where each process of its own takes a second of a processor to do so; everything else is what the
 * program does, configuration, files of the project and database opened anew for each call, with the same outputs and exit code.
 */
import { createRequire } from 'node:module'
import { sep } from 'node:path'
import { createInterface } from 'node:readline'
import { Readable, Writable } from 'node:stream'
import { runCommandLine } from '../../../core/cli/run-command-line.js'
import { type OutputStream, processTerminal } from '../../../core/cli/terminal.js'
import { taskerVersion } from '../../../core/kernel/tasker-version.js'
import { endMark } from './end-mark.js'

/** CommonJS keeps what it has loaded, and the compiler of the project's TypeScript keeps it there as well. */
const loaded = createRequire(import.meta.url).cache
const project = `${process.cwd()}${sep}`

for await (const line of createInterface({ input: process.stdin })) {
  const terminal = {
    ...processTerminal(),
    stdin: Readable.from([]),
    stdout: through(process.stdout),
    stderr: through(process.stderr),
  }
  const code = await runCommandLine(JSON.parse(line), terminal, taskerVersion)
  for (const file of Object.keys(loaded)) if (file.startsWith(project)) delete loaded[file]
  await Promise.all([ended(terminal.stdout), ended(terminal.stderr)])
  process.stderr.write(endMark(code))
  process.stdout.write(endMark(code))
}

/** A stream of one call, which may listen to it, upon a stream that outlives it. */
function through(stream: Writable): OutputStream {
  return new Writable({ write: (chunk, _, done) => void stream.write(chunk, done) })
}

function ended(stream: Writable): Promise<void> {
  return new Promise((resolve) => stream.end(resolve))
}
