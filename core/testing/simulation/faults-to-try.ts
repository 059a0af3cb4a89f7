import { InvalidSimulationError } from '../../errors/testing-errors.js'

/**
 * Where a fault can fall: at a durable event, when it is published, so that its commit is done; at a commit of the engine; at an attempt of
 * a step.
 */
export type PlaceKind = 'event' | 'commit' | 'attempt'

interface FaultMeaning {
  readonly at: PlaceKind
  /** What becomes of the run besides: nothing but detours, an error that a step is allowed, or the word of a person. */
  readonly nature: 'detour' | 'failure' | 'person'
  /** Whether the worker does not survive it. */
  readonly losesWorker: boolean
  readonly meaning: string
}

/** The faults that a simulation can try, each by its name. */
export const faultMeanings = {
  crash: meaning('event', 'detour', true, 'the worker is lost once the event is committed; another one takes over'),
  restart: meaning('event', 'detour', true, 'the worker stops as for a deployment, and a new one starts'),
  'wake-twice': meaning('event', 'detour', false, 'two wake-ups more than were asked for are delivered'),
  cancel: meaning('event', 'person', false, 'a person cancels the task'),
  pause: meaning('event', 'detour', false, 'a person pauses the task, and resumes it once it is parked'),
  'crash-before': meaning('commit', 'detour', true, 'the worker is lost before the commit is sent'),
  'crash-after': meaning('commit', 'detour', true, 'the worker is lost once the commit is done, before it knows'),
  'disconnect-before': meaning('commit', 'detour', false, 'the connections end before the commit is sent'),
  'disconnect-after': meaning(
    'commit',
    'detour',
    false,
    'the connections end once the commit is done, before it is known',
  ),
  refuse: meaning('commit', 'detour', false, 'the database refuses the commit, as one does whose disk is full'),
  error: meaning('attempt', 'failure', false, 'the attempt fails with an error that is retried'),
  'permanent-error': meaning('attempt', 'failure', false, 'the attempt fails with an error that is not retried'),
  timeout: meaning('attempt', 'failure', false, 'the attempt hangs until its time-out'),
  delay: meaning('attempt', 'detour', false, 'the handler is called half a time-out later'),
} as const satisfies Record<string, FaultMeaning>

/** What a simulation can do to a task. */
export type FaultKind = keyof typeof faultMeanings

export const faultKinds = Object.keys(faultMeanings) as readonly FaultKind[]

/** One fault at one place: `crash@step.completed#2` at the second such event, `refuse@commit#3`, `timeout@charge#1` at its first attempt. */
export interface PlacedFault {
  readonly kind: FaultKind
  /** Name of the event, `commit`, or name of the step. */
  readonly place: string
  /** Which of them, from 1. */
  readonly occurrence: number
}

/** Finds the faults of which something is true: the table, typed. */
export function meaningOf(kind: FaultKind): FaultMeaning {
  return faultMeanings[kind]
}

/** `crash@step.completed#2` */
export function faultText({ kind, place, occurrence }: PlacedFault): string {
  return `${kind}@${place}#${occurrence}`
}

/** Reads what {@link faultText} wrote, several joined by `+`. Throws InvalidSimulationError. */
export function parseFaults(text: string): readonly PlacedFault[] {
  return text === '' || text === 'none' ? [] : text.split('+').map(parseFault)
}

function parseFault(text: string): PlacedFault {
  const [, kind, place, occurrence] = /^([a-z-]+)@(.+)#(\d+)$/.exec(text) ?? []
  if (kind !== undefined && kind in faultMeanings)
    return { kind: kind as FaultKind, place: place!, occurrence: Number(occurrence) }
  throw new InvalidSimulationError('A fault of a simulation cannot be read', {
    expected: `kind@place#number, as in crash@step.completed#2, its kind one of ${faultKinds.join(', ')}`,
    received: text,
  })
}

function meaning(at: PlaceKind, nature: FaultMeaning['nature'], losesWorker: boolean, text: string): FaultMeaning {
  return { at, nature, losesWorker, meaning: text }
}
