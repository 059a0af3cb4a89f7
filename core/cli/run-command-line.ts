import { CommanderError } from 'commander'
import { errorText } from './error-text.js'
import { exitCodeOf, exitCodes } from './exit-codes.js'
import { painter } from './paint.js'
import { createProgram } from './program.js'
import { Session } from './session.js'
import type { Terminal } from './terminal.js'

/**
 * Runs one call of the command line and gives its exit code.
 *
 * @param argv what follows the name of the program
 * @example
 * process.exitCode = await runCommandLine(['tasks', 'list'], processTerminal(), '0.1.0')
 */
export async function runCommandLine(argv: readonly string[], terminal: Terminal, version: string): Promise<number> {
  const session = new Session(terminal)
  try {
    await createProgram(session, version).parseAsync([...argv], { from: 'user' })
    return session.exitCode
  } catch (error) {
    if (session.outputClosed.aborted) return exitCodes.success
    // The parser has said what it had to say; help and version are no errors.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.success : exitCodes.wrongCall
    const verbose = session.globals.verbose
    session.note(errorText(error, { verbose, paint: painter(session.usesColours(terminal.stderr)) }))
    return exitCodeOf(error)
  }
}
