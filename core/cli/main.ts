import { taskerVersion } from '../kernel/tasker-version.js'
import { runCommandLine } from './run-command-line.js'
import { type OutputStream, processTerminal } from './terminal.js'

const terminal = processTerminal()
const code = await runCommandLine(process.argv.slice(2), terminal, taskerVersion)
await Promise.all([flushed(terminal.stdout), flushed(terminal.stderr)])
// Handlers may leave timers and connections open; the command is done all the same.
terminal.exit(code)

/** Resolves when all that was written has left: where the output is a pipe, what is left at the end of a process is lost. */
function flushed(stream: OutputStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed || stream.writableLength === 0) resolve()
    else stream.write('', () => resolve())
  })
}
