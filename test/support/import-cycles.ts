/**
 * Cycles of imports, each as the files in a circle with the first one named again at the end: of each knot at least one, not
 * every way through it.
 */
export function findImportCycles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const done = new Set<string>()
  const cycles: string[][] = []
  for (const start of graph.keys()) {
    const path: string[] = []
    const onPath = new Map<string, number>()
    const stack: { readonly file: string; next: number }[] = []
    const enter = (file: string) => {
      onPath.set(file, path.push(file) - 1)
      stack.push({ file, next: 0 })
    }
    if (!done.has(start)) enter(start)
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const target = graph.get(top.file)?.[top.next++]
      if (target === undefined) {
        stack.pop()
        path.pop()
        onPath.delete(top.file)
        done.add(top.file)
      } else if (onPath.has(target)) {
        cycles.push([...path.slice(onPath.get(target)), target])
      } else if (!done.has(target) && graph.has(target)) enter(target)
    }
  }
  return cycles
}
