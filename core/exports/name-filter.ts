/** A test for names: any of those given, where `*` stands for anything. No names let everything pass. */
export function nameFilter(names: readonly string[] | undefined): (name: string) => boolean {
  if (names === undefined) return () => true
  const pattern = new RegExp(`^(?:${names.map(toPattern).join('|')})$`, 's')
  return (name) => pattern.test(name)
}

function toPattern(name: string): string {
  return name
    .split('*')
    .map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
    .join('.*')
}
