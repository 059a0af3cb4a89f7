import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { pathToFileURL } from 'node:url'
import { tsc } from '../docs/readme-project.js'

/** What an editor shows for a completion. */
export interface Completion {
  readonly label: string
  /** Given by some servers only when the item is looked at. */
  readonly documentation?: unknown
}

interface Message {
  readonly id?: number
  readonly method?: string
  readonly params?: unknown
  readonly result?: unknown
  readonly error?: { readonly message: string }
}

interface Position {
  readonly line: number
  readonly character: number
}

/** The language server of TypeScript, which editors talk to, of this checkout's compiler. */
export class LanguageServer implements AsyncDisposable {
  readonly #process: ChildProcessWithoutNullStreams
  readonly #waiting = new Map<number, (message: Message) => void>()
  #buffer = Buffer.alloc(0)
  #lastId = 0

  private constructor(folder: string) {
    this.#process = spawn(tsc, ['--lsp', '--stdio'], { cwd: folder })
    this.#process.stdout.on('data', (chunk: Buffer) => this.#take(chunk))
  }

  /** Starts it in the folder of a project. */
  static async start(folder: string): Promise<LanguageServer> {
    const server = new LanguageServer(folder)
    const uri = pathToFileURL(folder).href
    const markdown = { contentFormat: ['markdown', 'plaintext'] }
    await server.#ask('initialize', {
      processId: process.pid,
      rootUri: uri,
      workspaceFolders: [{ uri, name: 'project' }],
      capabilities: {
        textDocument: { hover: markdown, completion: { completionItem: { documentationFormat: ['markdown'] } } },
      },
    })
    server.#send({ method: 'initialized', params: {} })
    return server
  }

  /** Opens a file with a text, as an editor does; it need not be on disk. */
  open(file: string, text: string): OpenFile {
    const uri = pathToFileURL(file).href
    this.#send({
      method: 'textDocument/didOpen',
      params: { textDocument: { uri, languageId: 'typescript', version: 1, text } },
    })
    const at = (position: Position) => ({ textDocument: { uri }, position })
    return {
      hover: async (place) => {
        const result = (await this.#ask('textDocument/hover', at(positionOf(text, place)))) as HoverResult | null
        const { contents = '' } = result ?? {}
        return typeof contents === 'string' ? contents : contents.value
      },
      complete: async (place) => {
        const params = { ...at(positionOf(text, place)), context: { triggerKind: 1 } }
        const result = await this.#ask('textDocument/completion', params)
        return (
          Array.isArray(result) ? result : ((result as { items?: Completion[] } | null)?.items ?? [])
        ) as Completion[]
      },
      resolve: (item) => this.#ask('completionItem/resolve', item) as Promise<Completion>,
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const gone = new Promise((resolve) => this.#process.once('exit', resolve))
    await this.#ask('shutdown')
    this.#send({ method: 'exit' })
    this.#process.stdin.end()
    await gone
  }

  #ask(method: string, params?: unknown): Promise<unknown> {
    this.#lastId += 1
    const id = this.#lastId
    const answer = new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(id, ({ result, error }) =>
        error === undefined ? resolve(result) : reject(new Error(error.message)),
      )
    })
    this.#send({ id, method, params })
    return answer
  }

  #send(message: object): void {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message })
    this.#process.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
  }

  #take(chunk: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, chunk])
    for (;;) {
      const end = this.#buffer.indexOf('\r\n\r\n')
      if (end === -1) return
      const length = Number(/Content-Length: (\d+)/i.exec(this.#buffer.toString('utf8', 0, end))?.[1])
      const body = this.#buffer.subarray(end + 4, end + 4 + length)
      if (body.length < length) return
      this.#buffer = this.#buffer.subarray(end + 4 + length)
      this.#read(JSON.parse(body.toString('utf8')) as Message)
    }
  }

  #read(message: Message): void {
    if (message.id === undefined) return
    // Questions of the server to the editor, such as for its settings, get the answer "nothing".
    if (message.method !== undefined) {
      this.#send({ id: message.id, result: null })
      return
    }
    this.#waiting.get(message.id)?.(message)
    this.#waiting.delete(message.id)
  }
}

interface HoverResult {
  readonly contents: string | { readonly value: string }
}

/** A file that is open in the editor. Places are texts that stand in it once, with `|` where the cursor is. */
export interface OpenFile {
  /** What the editor shows when the pointer rests there. */
  hover(place: string): Promise<string>
  /** What the editor proposes there. */
  complete(place: string): Promise<readonly Completion[]>
  /** A proposal with its documentation. */
  resolve(item: Completion): Promise<Completion>
}

function positionOf(text: string, place: string): Position {
  const [before = '', after = ''] = place.split('|')
  const at = text.indexOf(before + after)
  if (at === -1 || text.indexOf(before + after, at + 1) !== -1) throw new Error(`"${place}" does not stand there once`)
  const lines = text.slice(0, at + before.length).split('\n')
  return { line: lines.length - 1, character: lines.at(-1)!.length }
}
