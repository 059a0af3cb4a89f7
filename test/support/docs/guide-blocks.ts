/** A file of the project that a guide builds. */
export interface FileBlock {
  readonly kind: 'file'
  readonly line: number
  readonly path: string
  readonly text: string
}

/** A command that a guide gives, and what it says comes of it. */
export interface Command {
  readonly line: number
  readonly text: string
  /** Undefined: the guide does not show what it prints. */
  readonly expected: string | undefined
  /** From a comment `# exit code 2`; else 0. */
  readonly exitCode: number
  /** Whether it ends with `&`, and goes on beside those that follow. */
  readonly isBackground: boolean
}

export interface CommandsBlock {
  readonly kind: 'commands'
  readonly commands: readonly Command[]
}

/** What a guide has its reader do, in order. */
export type GuideBlock = FileBlock | CommandsBlock

/** Blocks that are only to be read: output of a program, a picture. */
const onlyShown = new Set(['text', 'mermaid', 'diff'])

/**
 * The blocks of a guide. Each names its file in a comment of its first line, or is a `console` block of commands, or is only
 * shown: `text`, `mermaid`, `diff`. Throws for any other, because nothing would try it.
 */
export function guideBlocks(markdown: string): GuideBlock[] {
  const fences = [...markdown.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)]
  return fences.flatMap(([, language = '', code = ''], at): GuideBlock[] => {
    const line = markdown.slice(0, fences[at]!.index).split('\n').length + 1
    if (onlyShown.has(language)) return []
    if (language === 'console') return [{ kind: 'commands', commands: commandsOf(code, line) }]
    const head = /^(?:\/\/|#|--|<!--) (\S+)(?: -->)?\n/.exec(code)
    if (head === null) {
      throw new Error(`line ${line}: the first line of this block does not name its file: "// handlers/a.task.ts"`)
    }
    const [comment, path] = head
    // JSON has no comments; what a guide shows as jsonc is a file of JSON.
    const text = path!.endsWith('.json') ? code.slice(comment.length) : code
    return [{ kind: 'file', line, path: path!, text }]
  })
}

function commandsOf(code: string, firstLine: number): Command[] {
  const lines = code.trimEnd().split('\n')
  const commands: Command[] = []
  for (let at = 0; at < lines.length; ) {
    const line = firstLine + at
    if (!lines[at]!.startsWith('$ ')) throw new Error(`line ${line}: a console block begins with "$ " and a command`)
    let text = lines[at++]!.slice(2)
    while (text.endsWith('\\') && at < lines.length) text = `${text}\n${lines[at++]!}`
    const output: string[] = []
    while (at < lines.length && !lines[at]!.startsWith('$ ')) output.push(lines[at++]!)
    const exitCode = Number(/#\s*exit code (\d+)/.exec(text)?.[1] ?? 0)
    const isBackground = /&\s*(#.*)?$/.test(text) && !/&&\s*$/.test(text)
    const expected = output.length === 0 ? undefined : output.join('\n')
    commands.push({ line, text, expected, exitCode, isBackground })
  }
  return commands
}
