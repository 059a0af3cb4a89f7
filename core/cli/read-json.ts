import { readFile } from 'node:fs/promises'
import { text as readText } from 'node:stream/consumers'
import { InvalidArgumentError } from '../errors/cli-errors.js'
import type { Terminal } from './terminal.js'

/**
 * A JSON value given on the command line: itself, the path of a file that holds it, or `-` for standard input.
 *
 * @param argument how messages call it: `--context`
 * @throws InvalidArgumentError
 */
export async function readJson(argument: string, given: string, { stdin }: Pick<Terminal, 'stdin'>): Promise<unknown> {
  if (given === '-') return parse(argument, await readText(stdin), 'standard input')
  if (/^\s*[[{"]/.test(given)) return parse(argument, given, 'the argument')
  try {
    // Numbers, true, false and null; a file of such a name is written ./1.
    return JSON.parse(given)
  } catch {
    return parse(argument, await readWhole(argument, given), `the file ${given}`)
  }
}

function parse(argument: string, text: string, place: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause)
    throw new InvalidArgumentError(argument, `what ${place} holds is not JSON: ${problem}`, {
      wayOut: `Give JSON in quotes, such as '{"orderId": 1}', the path of a file, or - for standard input.`,
      cause,
    })
  }
}

async function readWhole(argument: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    const isMissing = (cause as NodeJS.ErrnoException).code === 'ENOENT'
    const problem = isMissing ? 'it is neither JSON nor a file that exists' : `the file cannot be read: ${cause}`
    throw new InvalidArgumentError(argument, problem, {
      expected: `JSON in quotes, such as '{"orderId": 1}', the path of a file, or - for standard input`,
      received: JSON.stringify(path),
      cause,
    })
  }
}
