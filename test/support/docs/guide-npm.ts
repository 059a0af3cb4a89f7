/**
 * What guides call as `npm`: `npm install` links what this checkout has, or a folder of the guide, in no time; anything else is
 * npm itself. That the real one installs the packed tarball is seen in test/integration/package.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { checkout } from './generated-section.js'

const [command = '', ...args] = process.argv.slice(2)
if (command === 'install' || command === 'i') {
  const isDevelopment = args.some((arg) => /^(-D|--save-dev)$/.test(arg))
  for (const wanted of args.filter((arg) => !arg.startsWith('-'))) install(wanted, isDevelopment)
} else {
  process.exitCode = spawnSync('npm', process.argv.slice(2), { stdio: 'inherit' }).status ?? 1
}

function install(wanted: string, isDevelopment: boolean): void {
  const place = placeOf(wanted)
  const { name, version } = JSON.parse(readFileSync(join(place, 'package.json'), 'utf8'))
  const link = resolve('node_modules', name)
  rmSync(link, { recursive: true, force: true })
  mkdirSync(dirname(link), { recursive: true })
  symlinkSync(place, link)
  const manifest = existsSync('package.json') ? JSON.parse(readFileSync('package.json', 'utf8')) : {}
  const section = isDevelopment ? 'devDependencies' : 'dependencies'
  manifest[section] = { ...manifest[section], [name]: `^${version}` }
  writeFileSync('package.json', `${JSON.stringify(manifest, null, 2)}\n`)
}

/** The folder of a package: a folder of the guide, an unpacked tarball of it, this checkout, or what that has installed. */
function placeOf(wanted: string): string {
  if (/(^|\/)tasker(-[\d.]+\.tgz|@.*)?$/.test(wanted)) return checkout
  if (wanted.endsWith('.tgz')) return unpacked(resolve(wanted))
  if (wanted.startsWith('.')) return resolve(wanted)
  const installed = join(checkout, 'node_modules', wanted.replace(/(?<!^)@[^@]*$/, ''))
  if (existsSync(installed)) return installed
  throw new Error(
    `guide-npm has no package "${wanted}": it knows folders, tarballs and what the checkout has installed`,
  )
}

function unpacked(tarball: string): string {
  const folder = `${tarball}-unpacked`
  mkdirSync(folder, { recursive: true })
  const { status, stderr } = spawnSync('tar', ['-xzf', tarball, '-C', folder], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return join(folder, 'package')
}
