import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { peersFolder } from './contenders.js'

/** Installs the peers into a folder of their own, unless they are there: they are no dependencies of Tasker. */
export function installPeers(): void {
  try {
    execFileSync('npm', ['ls', '--depth=0'], { cwd: peersFolder, stdio: 'ignore' })
  } catch {
    process.stderr.write('Installing the engines to compare with, once …\n')
    // The versions of the lock file. `npm ci` refuses one that does not list the optional binaries of every platform.
    const args = ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund']
    execFileSync('npm', args, { cwd: peersFolder, stdio: ['ignore', 'ignore', 'inherit'] })
  }
}

/** Name → version, of the packages that are measured. */
export function peerVersions(): Readonly<Record<string, string>> {
  const names = ['@dbos-inc/dbos-sdk', 'graphile-worker', 'pg-boss', 'bullmq', 'pg']
  return Object.fromEntries(
    names.map((name) => {
      const manifest = readFileSync(join(peersFolder, 'node_modules', name, 'package.json'), 'utf8')
      return [name, (JSON.parse(manifest) as { readonly version: string }).version]
    }),
  )
}
