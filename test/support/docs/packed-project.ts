import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { checkout } from './generated-section.js'
import { run } from './readme-project.js'

export interface PackedTarball {
  readonly file: string
  /** Paths in the package. */
  readonly paths: readonly string[]
}

/** Packs the checkout as it is compiled now. Scripts are left out, because `prepare` would compile under the running tests. */
export async function packCheckout(into: string): Promise<PackedTarball> {
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', into]
  const { stdout } = await promisify(execFile)('npm', args, { cwd: checkout, maxBuffer: 2 ** 26 })
  const [packed] = Object.values(JSON.parse(stdout)) as { filename: string; files: { path: string }[] }[]
  return { file: join(into, packed!.filename), paths: packed!.files.map(({ path }) => path) }
}

/** Makes a folder a project that has the tarball, and what the README names beside it, as anybody would install it. */
export async function installPacked(folder: string, tarball: string, others: readonly string[]): Promise<void> {
  const manifest = { name: 'shop', version: '1.0.0', private: true, type: 'module' }
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest))
  const options = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error']
  const { code, stdout, stderr } = await run(folder, 'npm', ['install', ...options, tarball, ...others])
  if (code !== 0) throw new Error(`npm install ended with ${code}:\n${stdout}\n${stderr}`)
}
