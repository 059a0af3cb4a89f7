import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { SourceLocation } from '../errors/configuration-errors.js'
import { errorMessage } from '../errors/error-message.js'
import { isTaskerError } from '../errors/tasker-error.js'

/**
 * Where in the user's code an error arose, as far as it says: in what the parser reports, in the stack, or at the import that
 * could not be resolved; else `file` itself.
 */
export function locateError(error: unknown, file: string): SourceLocation {
  if (!(error instanceof Error)) return { file }
  return parseLocation(error) ?? importLocation(error, file) ?? stackLocation(error) ?? { file }
}

/** Why something could not be loaded: what an error of Tasker says, of any other its name and the first line of its message. */
export function reasonOf(error: unknown): string {
  if (isTaskerError(error)) return error.message
  if (!(error instanceof Error)) return errorMessage(error)
  if ((error as NodeJS.ErrnoException).syscall === 'access') return 'there is no such file, or it may not be read'
  const [line = ''] = error.message.split('\n')
  // An import that the module does not export: `(0 , _tasker.defineConfg) is not a function`.
  const call = /^\(0 ?, ?\w+\.(\w+)\) is not a function/.exec(line)?.[1]
  if (call !== undefined) return `${call} is not a function: the module that it is imported from does not export it`
  return `${error.name === 'Error' ? '' : `${error.name}: `}${line.trim()}`
}

/** jiti ends the message with `file:line:column`; Node begins the stack of a SyntaxError with `file:line`. */
function parseLocation({ name, message, stack = '' }: Error): SourceLocation | undefined {
  const jiti = /^\s*((?:\/|[A-Za-z]:[\\/]).+?):(\d+):(\d+)\s*$/m.exec(message)
  if (jiti && message.startsWith('ParseError')) return located(jiti[1]!, jiti[2], Number(jiti[3]) + 1)
  const node = name === 'SyntaxError' ? /^(file:\/\/\S+|\/[^\n]+|[A-Za-z]:\\[^\n]+):(\d+)\n/.exec(stack) : null
  return node ? located(node[1]!, node[2]) : undefined
}

/** The line that names the module that was not found; the stack of such an error holds only the loader. */
function importLocation(error: Error, file: string): SourceLocation | undefined {
  const missing = /Cannot find (?:module|package) '([^']+)'(?:[\s\S]*?imported from ['"]?([^\n'"]+))?/.exec(
    error.message,
  )
  if (missing === null) return undefined
  const [, specifier = '', importer] = missing
  const source = importer?.startsWith('file:') ? fileURLToPath(importer) : (importer ?? file)
  const line = linesOf(source).findIndex((text) => text.includes(`'${specifier}'`) || text.includes(`"${specifier}"`))
  return line === -1 ? { file: source } : { file: source, line: line + 1 }
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n')
  } catch {
    return []
  }
}

const compiledFolder = fileURLToPath(new URL('..', import.meta.url))
/** Frames of ours: as compiled, and, where source maps are read, as written. */
const ownFolders = [compiledFolder, compiledFolder.replace(/([\\/])dist[\\/]core([\\/])$/, '$1core$2')]

const moduleLoaders = ownFolders.map((folder) => join(folder, 'config', 'module-loader.'))

/** The first frame that is neither Node's nor a package's nor ours. Behind the loader of modules stands whoever asked for the module. */
function stackLocation({ stack = '' }: Error): SourceLocation | undefined {
  for (const frame of stack.split('\n').slice(1)) {
    const found = /^at (?:.*\()?((?:file:\/\/|\/|[A-Za-z]:[\\/]).+?):(\d+):(\d+)\)?$/.exec(
      frame.trim().replace('async ', ''),
    )
    if (found === null || /[\\/]node_modules[\\/]/.test(found[1]!)) continue
    const location = located(found[1]!, found[2], Number(found[3]))
    if (moduleLoaders.some((loader) => location.file.startsWith(loader))) return undefined
    if (!ownFolders.some((folder) => location.file.startsWith(folder))) return location
  }
  return undefined
}

function located(file: string, line: string | undefined, column?: number): SourceLocation {
  const path = file.startsWith('file:') ? fileURLToPath(file) : file
  return column === undefined ? { file: path, line: Number(line) } : { file: path, line: Number(line), column }
}
