import { basename, relative, resolve } from 'node:path'
import { Command } from 'commander'
import { InvalidArgumentError } from '../../errors/cli-errors.js'
import { parseChoice } from '../option-parsers.js'
import { asking, canAsk } from '../scaffold/ask.js'
import { assertEmpty, planProject } from '../scaffold/plan-project.js'
import { checkProjectName } from '../scaffold/project-name.js'
import { defaultTemplate, templates } from '../scaffold/template-catalogue.js'
import { writeNewFiles } from '../scaffold/write-new-files.js'
import type { Session } from '../session.js'

interface InitOptions {
  readonly template?: string
  readonly name?: string
  readonly apiBaseUrl?: string
  readonly tasker?: string
  readonly docker: boolean
  readonly skipTests?: boolean
  readonly dryRun?: boolean
  readonly json?: boolean
}

const templateNames = templates.map(({ name }) => name)

/** `init`: a project in a folder of its own. */
export function initCommand(session: Session): Command {
  return new Command('init')
    .description('start a project in a new or empty folder: tasks, a subscriber, an exporter, tests')
    .argument('[DIR]', 'the folder; `.` is this one (default: asked for, at a terminal)')
    .option('-t, --template <name>', `what it shows: ${templateNames.join(', ')} (default: ${defaultTemplate})`)
    .option('--name <name>', 'name in package.json (default: that of the folder)')
    .option('--api-base-url <url>', 'the API that the demonstrations call (default: a stand-in in the project)')
    .option('--no-docker', 'without Dockerfile and compose.yaml')
    .option('--skip-tests', 'without tests')
    .option('--tasker <spec>', 'where Tasker comes from: a range, a tarball, a folder (default: as this one came)')
    .option('--dry-run', 'only say which files it would write')
    .option('--json', 'print {folder, name, template, tasker, files, next} and nothing else')
    .addHelpText('after', helpText)
    .action((folder: string | undefined, options: InitOptions) => init(session, folder, options))
}

const helpText = `
Templates:
${templates.map(({ name, description }) => `  ${name.padEnd(20)} ${description}`).join('\n')}

Examples:
  $ tasker init my-app
  $ tasker init shop --template order-processing
  $ tasker init shop --template all --api-base-url https://dummyjson.com`

async function init(session: Session, given: string | undefined, options: InitOptions): Promise<void> {
  const answers = given === undefined ? await askFor(session, options) : { folder: given, ...options }
  const folder = resolve(answers.folder)
  await assertEmpty(folder)
  const template = templateOf(answers.template ?? defaultTemplate)
  const name = projectName(answers.name, folder)
  const apiBaseUrl = addressOf(options.apiBaseUrl, template.callsApi)
  const { taskerSpec, files } = await planProject({
    name,
    template,
    hasDocker: answers.docker,
    hasTests: options.skipTests !== true,
    ...(options.tasker === undefined ? {} : { tasker: options.tasker }),
    ...(apiBaseUrl === undefined ? {} : { apiBaseUrl }),
  })
  const isDry = options.dryRun === true
  if (!isDry) await writeNewFiles(folder, files)
  const next = nextSteps(folder)
  const paths = files.map(({ path }) => path)
  if (options.json === true) {
    session.printJson({ folder, name, template: template.name, tasker: taskerSpec, dryRun: isDry, files: paths, next })
    return
  }
  session.print(`${isDry ? 'Would write' : 'Wrote'} ${paths.length} files to ${folder}:\n`)
  session.print(paths.map((path) => `  ${path}`).join('\n'))
  if (!isDry) session.print(`\nNext:\n\n${next.map((command) => `  ${command}`).join('\n')}`)
}

/** From here to a project that runs. */
function nextSteps(folder: string): readonly string[] {
  const path = relative(process.cwd(), folder)
  const enter = path === '' ? [] : [`cd ${asArgument(path)}`]
  return [...enter, 'npm install && npm test', 'npm start']
}

/** A path as it is typed into a shell: without a sign that the shell would take for its own. */
function asArgument(path: string): string {
  if (/^[\p{L}\p{N}_./:@+\\-]+$/u.test(path)) return path
  // Of the Windows shells only the double quotes are known to both.
  return process.platform === 'win32' ? `"${path}"` : `'${path.replaceAll("'", "'\\''")}'`
}

/** What was not said, from whoever sits at the terminal. */
async function askFor({ terminal }: Session, options: InitOptions) {
  if (options.json === true || !canAsk(terminal)) {
    throw new InvalidArgumentError('DIR', 'no folder is named', {
      expected: 'a folder that does not exist yet or is empty',
      wayOut: 'Name it: `tasker init my-app`; for this folder: `tasker init .`.',
    })
  }
  using questions = asking(terminal)
  const folder = await questions.ask('Folder', 'my-app', (answer) => {
    projectName(options.name, resolve(answer))
  })
  const template =
    options.template ??
    (await questions.ask(`Template: ${templateNames.join(', ')}`, defaultTemplate, (answer) => void templateOf(answer)))
  const docker =
    options.docker && (await questions.ask('Dockerfile and compose.yaml with PostgreSQL, y or n', 'y', yesOrNo)) === 'y'
  return { ...options, folder, template, docker }
}

function yesOrNo(answer: string): void {
  parseChoice('The answer', answer, ['y', 'n'])
}

function templateOf(name: string) {
  parseChoice('--template', name, templateNames)
  return templates.find((template) => template.name === name)!
}

function projectName(given: string | undefined, folder: string): string {
  return given === undefined ? checkProjectName('DIR', basename(folder)) : checkProjectName('--name', given)
}

function addressOf(url: string | undefined, isCalled: boolean): string | undefined {
  if (url === undefined) return undefined
  if (!isCalled) {
    throw new InvalidArgumentError('--api-base-url', 'the template calls no API', {
      wayOut: `Add --template ${templates
        .filter(({ callsApi }) => callsApi)
        .map(({ name }) => name)
        .join('|')}.`,
    })
  }
  const parsed = URL.parse(url)
  if (parsed !== null && /^https?:$/.test(parsed.protocol)) return url.replace(/\/+$/, '')
  throw new InvalidArgumentError('--api-base-url', 'it is not the address of an API', {
    expected: 'an absolute http: or https: URL such as https://dummyjson.com',
    received: JSON.stringify(url),
  })
}
