import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { showsOutput } from './expected-output.js'
import { type FileBlock, guideBlocks } from './guide-blocks.js'
import { openGuideProject } from './guide-project.js'
import { GuideShell } from './guide-shell.js'
import type { DocumentFile } from './guides.js'
import { run, tsc } from './readme-project.js'

/**
 * Does what a guide says, in order, in a project of its own: writes its files, runs its commands, and compares what they print.
 * All files compile together, at the end and before one is replaced.
 */
export async function followGuide({ path, text }: DocumentFile): Promise<void> {
  await using project = await openGuideProject()
  await using shell = new GuideShell(project.folder)
  let last: FileBlock | undefined
  for (const block of guideBlocks(text)) {
    if (block.kind === 'file') {
      if (existsSync(join(project.folder, block.path)) && last !== undefined) await compile(path, project.folder)
      await project.write(block.path, block.text)
      last = block
      continue
    }
    for (const command of block.commands) {
      const place = `${path}:${command.line}: $ ${command.text}`
      // What goes away has to compile as well.
      if (command.text.startsWith('rm ')) await compile(path, project.folder)
      const { code, printed } = await shell.run(command)
      assert.equal(code, command.exitCode, `${place}\nended with exit code ${code}, and printed:\n${printed}`)
      const { expected } = command
      if (expected === undefined) continue
      assert(showsOutput(expected, printed), `${place}\nprinted:\n${printed}\nbut the guide shows:\n${expected}`)
    }
  }
  await compile(path, project.folder)
}

async function compile(path: string, folder: string): Promise<void> {
  const { code, stdout } = await run(folder, tsc, ['-p', '.'])
  assert.equal(code, 0, `${path}: its files do not compile:\n${stdout}`)
}
