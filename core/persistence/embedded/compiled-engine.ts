import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { setFlagsFromString } from 'node:v8'

/** PGlite's WebAssembly, compiled. It may be posted to other threads, which then share its code. */
export interface CompiledEngine {
  readonly [Symbol.toStringTag]: 'WebAssembly.Module'
}

/** The types of Node do not have it. */
interface Compiler {
  compile(bytes: Uint8Array): Promise<CompiledEngine>
}

/**
 * How much of a function has to be executed, in bytes of code, before V8 optimises it, and what V8 takes by itself. PGlite's parser
 * of SQL is one function of 100 kB, of which V8 counts all for each token: by itself it optimises it within the first statements,
 * which takes a second of a core and 600 MB for a moment. So a command that only looks takes 0.4 s less and 400 MB instead of
 * 950; a process that goes on gets there a little later.
 */
const patientBudget = 1_000_000_000
const usualBudget = 13_000_000

let compiled: Promise<CompiledEngine> | undefined

/**
 * The engine of all embedded servers of this process, compiled once. With it the second server starts in 0.14 s, and in 0.25 s if
 * its thread has to compile.
 */
export function compiledEngine(): Promise<CompiledEngine> {
  compiled ??= compile().catch((error: unknown) => {
    compiled = undefined
    throw error
  })
  return compiled
}

async function compile(): Promise<CompiledEngine> {
  const { WebAssembly } = globalThis as unknown as { readonly WebAssembly: Compiler }
  const entry = createRequire(import.meta.url).resolve('@electric-sql/pglite')
  const bytes = await readFile(join(dirname(entry), 'pglite.wasm'))
  // Each module is given its budgets when it is compiled: no other WebAssembly of the process is touched.
  setFlagsFromString(`--wasm-tiering-budget=${patientBudget}`)
  try {
    return await WebAssembly.compile(bytes)
  } finally {
    setFlagsFromString(`--wasm-tiering-budget=${usualBudget}`)
  }
}
