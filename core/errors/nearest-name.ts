/**
 * The entry of `choices` nearest to `name` by edit distance, if one is near enough to be what was meant.
 * Used by messages that end in "Did you mean …?".
 */
export function nearestName(name: string, choices: Iterable<string>): string | undefined {
  const limit = Math.max(2, Math.floor(name.length / 3))
  let best: { choice: string; distance: number } | undefined
  for (const choice of choices) {
    const distance = editDistance(name.toLowerCase(), choice.toLowerCase())
    if (distance <= limit && (best === undefined || distance < best.distance)) best = { choice, distance }
  }
  return best?.choice
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      current.push(Math.min(previous[j]! + 1, current[j - 1]! + 1, substitution))
    }
    previous = current
  }
  return previous[b.length]!
}
