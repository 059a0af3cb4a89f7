/** What was read of a body, and whether there was more. */
export interface BodyBytes {
  readonly bytes: Uint8Array
  readonly isCut: boolean
}

/**
 * Reads a body up to a size. What is beyond is not read, and its connection closed: only one that was read to its end goes back to
 * the pool.
 */
export async function readBody(response: Response, maxBytes: number): Promise<BodyBytes> {
  if (response.body === null) return { bytes: new Uint8Array(), isCut: false }
  const reader = response.body.getReader()
  const chunks: Uint8Array[] = []
  let size = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return { bytes: Buffer.concat(chunks), isCut: false }
    chunks.push(value)
    size += value.byteLength
    if (size <= maxBytes) continue
    await reader.cancel().catch(() => {})
    return { bytes: Buffer.concat(chunks).subarray(0, maxBytes), isCut: true }
  }
}
