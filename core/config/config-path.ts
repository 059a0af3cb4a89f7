/** A path as people write it: `plugins[0].options`, `customEvents["order.fulfilled"].durable`. */
export function configPath(segments: readonly (string | number)[]): string {
  return segments.map(segmentText).join('').replace(/^\./, '')
}

function segmentText(segment: string | number): string {
  if (typeof segment === 'number' || /^\d+$/.test(segment)) return `[${segment}]`
  return /^[A-Za-z_$][\w$-]*$/.test(segment) ? `.${segment}` : `[${JSON.stringify(segment)}]`
}

/** The segments of a JSON pointer, `/plugins/0/options`. */
export function pointerSegments(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** The segments of a path as people write it: what {@link configPath} makes, read back. */
export function pathSegments(path: string): string[] {
  const parts = path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([A-Za-z_$][\w$-]*)/g)
  return [...parts].map(([, quoted, index, name]) =>
    quoted === undefined ? (index ?? name)! : (JSON.parse(`"${quoted}"`) as string),
  )
}
