import { Command } from 'commander'
import { printableConfig } from '../../config/mask-config.js'
import { exitCodes } from '../exit-codes.js'
import { flatSettings } from '../flat-settings.js'
import { loadProjectConfig } from '../open-tasker.js'
import { projectCheck, projectCheckText } from '../project-check.js'
import type { Session } from '../session.js'
import { textPairs, textTable } from '../text-table.js'

/** `config`: the resolved configuration. */
export function configCommand(session: Session): Command {
  const command = new Command('config')
    .description('print or check the configuration')
    .addHelpText('after', '\nExample:\n  $ tasker config check --env production')
  command
    .command('print')
    .description('print the resolved configuration, secrets masked, and where each setting comes from')
    .option('--json', 'print an object and nothing else')
    .addHelpText('after', '\nExample:\n  $ tasker config print --env production')
    .action(({ json }: { readonly json?: boolean }) => print(session, json === true))
  command
    .command('check')
    .description('check the configuration, and load what it names; the exit code is 2 if something is wrong')
    .option('--json', 'print an object and nothing else')
    .addHelpText('after', '\nExample:\n  $ tasker config check --config deploy/tasker.config.ts')
    .action(({ json }: { readonly json?: boolean }) => check(session, json === true))
  return command
}

async function print(session: Session, json: boolean): Promise<void> {
  const config = printableConfig(await loadProjectConfig(session.globals))
  if (json) return session.printJson(config)
  const { paint, width } = session
  const facts = textPairs(
    [
      ['file', config.file ?? 'none: the defaults hold'],
      ['environment', config.environment],
      ['mode', config.mode],
    ],
    { paint },
  )
  const rows = flatSettings(config.values).map(([path, value]) => [
    path,
    value,
    config.sources[path] ?? paint('dim', 'default'),
  ])
  session.print(`${facts}\n\n${textTable(['SETTING', 'VALUE', 'FROM'], rows, { paint, width })}`)
}

async function check(session: Session, json: boolean): Promise<void> {
  const config = await loadProjectConfig(session.globals)
  const { file, environment, mode } = config
  const project = await session.withTasker({ purpose: 'look' }, async (tasker) => projectCheck(tasker, config))
  // Also what a package brings and is contained at run time: whoever checks wants to know of it.
  if (project.refused.length > 0) session.exitCode = exitCodes.wrongCall
  if (json) {
    return session.printJson({ ok: project.refused.length === 0, file: file ?? null, environment, mode, ...project })
  }
  const what = file === undefined ? 'there is no tasker.config.ts: the defaults hold' : `${file} is valid`
  session.print(`${what}, environment ${environment}, mode ${mode}\n${projectCheckText(project, session.paint)}`)
}
