import { displayWidth } from '../../subscribers/progress/terminal-text.js'

/** As much of a terminal as progress needs: wrapped lines, cursor up, clearing to the end of line and screen, scrolling. */
export class TerminalScreen {
  /** How often it was written to. */
  writes = 0
  /** All that was written. */
  raw = ''
  /** Lines that left by the top. */
  scrolledOff = 0
  #columns: number
  readonly #rows: number
  #screen: string[] = ['']
  #row = 0
  #column = 0

  constructor(columns: number, rows: number) {
    this.#columns = columns
    this.#rows = rows
  }

  write(text: string): void {
    this.writes++
    this.raw += text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what a terminal reads
    for (const [token] of text.matchAll(/\u001b\[[0-9;]*[A-Za-z]|[\s\S]/gu)) this.#read(token)
  }

  /** What stands on the screen, empty lines at the end left out. */
  lines(): string[] {
    return this.#screen
      .join('\n')
      .trimEnd()
      .split('\n')
      .map((line) => line.trimEnd())
  }

  /** Makes the terminal narrower; as many do, it wraps what is there. */
  resize(columns: number): void {
    const wrapped = this.#screen.flatMap((line) => line.trimEnd().match(new RegExp(`.{1,${columns}}`, 'gu')) ?? [''])
    this.#row += wrapped.length - this.#screen.length
    this.#screen = wrapped
    this.#columns = columns
  }

  #read(token: string): void {
    if (token === '\n') this.#lineFeed()
    else if (token === '\r') this.#column = 0
    else if (token.startsWith('\u001b[')) this.#control(token.slice(2, -1), token.at(-1)!)
    else this.#print(token)
  }

  #control(argument: string, command: string): void {
    const line = () => this.#screen[this.#row]!
    if (command === 'A') this.#row = Math.max(0, this.#row - Number(argument))
    if (command === 'K' || command === 'J') this.#screen[this.#row] = line().slice(0, this.#column)
    if (command === 'J') this.#screen.length = this.#row + 1
  }

  #print(character: string): void {
    const width = displayWidth(character)
    const line = this.#screen[this.#row]!
    if (displayWidth(line.slice(0, this.#column)) + width > this.#columns) {
      this.#lineFeed()
      this.#print(character)
      return
    }
    this.#screen[this.#row] =
      line.slice(0, this.#column).padEnd(this.#column) + character + line.slice(this.#column + 1)
    this.#column += character.length
  }

  #lineFeed(): void {
    this.#row++
    this.#column = 0
    this.#screen[this.#row] ??= ''
    if (this.#screen.length > this.#rows) {
      this.#screen.shift()
      this.#row--
      this.scrolledOff++
    }
  }
}
