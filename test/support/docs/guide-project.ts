import { mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { checkout } from './generated-section.js'
import { emptyFolder } from './readme-project.js'

/** The project that a guide builds: an empty one in which Tasker, TypeBox and the compiler are installed. */
export interface GuideProject extends AsyncDisposable {
  readonly folder: string
  write(path: string, text: string): Promise<void>
}

const compilerOptions = {
  target: 'es2024',
  lib: ['es2024', 'esnext.disposable'],
  module: 'nodenext',
  strict: true,
  noEmit: true,
  allowImportingTsExtensions: true,
  skipLibCheck: true,
  types: ['node', 'mocha'],
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
}

/** Packages are linked and not installed: test/integration/package installs the packed tarball, once, which takes longest. */
export async function openGuideProject(): Promise<GuideProject> {
  const folder = await emptyFolder()
  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  const dependencies = { tasker: '*', typebox: '*' }
  await write('package.json', `${JSON.stringify({ name: 'shop', version: '1.0.0', type: 'module', dependencies })}\n`)
  await write('tsconfig.json', `${JSON.stringify({ compilerOptions })}\n`)
  const modules = join(folder, 'node_modules')
  await mkdir(join(modules, '.bin'), { recursive: true })
  await mkdir(join(modules, '@types'))
  await symlink(checkout, join(modules, 'tasker'))
  for (const name of ['typebox', 'mocha', 'typescript', '@types/node', '@types/mocha']) {
    await symlink(join(checkout, 'node_modules', name), join(modules, name))
  }
  await symlink(join(checkout, 'core/cli/tasker.cjs'), join(modules, '.bin/tasker'))
  for (const program of ['tsc', 'mocha']) {
    await symlink(join(checkout, 'node_modules/.bin', program), join(modules, '.bin', program))
  }
  return { folder, write, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }) }
}
