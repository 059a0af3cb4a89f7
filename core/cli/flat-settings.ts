/** The settings of a configuration as lines: `execution.concurrentTasks` and its value. Lists of one value stand on a line. */
export function flatSettings(values: Readonly<Record<string, unknown>>, prefix = ''): (readonly [string, string])[] {
  return Object.entries(values).flatMap(([key, value]) => {
    const path = prefix === '' ? key : `${prefix}.${key}`
    if (!isGroup(value)) return [[path, typeof value === 'string' ? value : JSON.stringify(value)] as const]
    return flatSettings(value, path)
  })
}

function isGroup(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0
}
