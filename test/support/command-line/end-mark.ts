/** What follows the output of one call where a process answers several. */
export function endMark(code: number): string {
  return `\0end of call, ${code}\0`
}

/** The output of the call before the first mark, and its exit code; undefined while there is none. */
export function untilEndMark(output: string): { readonly text: string; readonly code: number } | undefined {
  const match = /^([^\0]*)\0end of call, (\d+)\0$/.exec(output)
  return match === null ? undefined : { text: match[1]!, code: Number(match[2]) }
}
