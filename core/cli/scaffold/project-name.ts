import { builtinModules } from 'node:module'
import { InvalidArgumentError } from '../../errors/cli-errors.js'

/** What npm allows in the name of a new package, with or without a scope. */
const nameForm = /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/
const longest = 214
/** Names that a package cannot have beside its own dependencies, or at all. */
const taken = new Set(['tasker', 'typebox', 'typescript', 'node_modules', 'favicon.ico', ...builtinModules])

/**
 * The name of the new package, as npm takes it.
 *
 * @param argument what the message calls it
 * @throws InvalidArgumentError with a name that would do
 * @example
 * checkProjectName('DIR', 'My Shop') // throws, and proposes my-shop
 */
export function checkProjectName(argument: string, name: string): string {
  const problem = problemOf(name)
  if (problem === undefined) return name
  const proposal = proposalFor(name)
  throw new InvalidArgumentError(argument, `${problem}, so npm takes no project of this name`, {
    expected: `lower-case letters, digits, - . _ ~, not beginning with . or _, at most ${longest} characters`,
    received: JSON.stringify(name),
    wayOut: `Name the project with --name ${proposal}.`,
  })
}

function problemOf(name: string): string | undefined {
  if (name === '') return 'it is empty'
  if (name.length > longest) return `it has ${name.length} characters`
  if (taken.has(name)) return 'the name is taken by something else'
  return nameForm.test(name) ? undefined : 'it holds what a name cannot'
}

function proposalFor(name: string): string {
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9._~-]+/g, '-')
    .replace(/^[._-]+|[._-]+$/g, '')
    .slice(0, longest - '-app'.length)
  if (plain === '') return 'my-app'
  return taken.has(plain) ? `${plain}-app` : plain
}
