/** A block of code of a document that says in its first line which file it is. */
export interface CodeBlock {
  readonly language: string
  /** `subscribers/pager.subscriber.ts`; undefined where the block is only to compile. */
  readonly path: string | undefined
  readonly code: string
}

/** The fenced blocks of a document in some languages. */
export function codeBlocks(markdown: string, languages: readonly string[]): CodeBlock[] {
  const blocks = [...markdown.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
  return blocks
    .filter(([, language]) => languages.includes(language!))
    .map(([, language, code]) => ({
      language: language!,
      path: /^\/\/ (\S+\.\w+)\n/.exec(code!)?.[1],
      code: code!,
    }))
}
