import type { TaskState } from '../workflow/state-machines.js'

const codes = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, magenta: 35, cyan: 36 } as const
export type Colour = keyof typeof codes

/** Colours a text, or leaves it as it is. */
export type Paint = (colour: Colour, text: string) => string

export function painter(colours: boolean): Paint {
  return (colour, text) => (colours && text !== '' ? `\u001b[${codes[colour]}m${text}\u001b[0m` : text)
}

const stateColours: Readonly<Record<TaskState, Colour>> = {
  pending: 'dim',
  in_progress: 'cyan',
  complete: 'green',
  error: 'red',
  cancelled: 'yellow',
  resolved_manually: 'magenta',
}

/** The name of a state in its colour. */
export function paintState(state: TaskState, paint: Paint): string {
  return paint(stateColours[state], state)
}
