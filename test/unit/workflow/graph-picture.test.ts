import assert from 'node:assert/strict'
import fc from 'fast-check'
import { buildDependencyGraph } from '../../../core/workflow/dependency-graph.js'
import { drawGraphAsDot, drawGraphAsMermaid, drawGraphAsText } from '../../../core/workflow/graph-picture.js'
import { type PictureState, pictureStatesOf } from '../../../core/workflow/picture-states.js'
import { stepStates } from '../../../core/workflow/state-machines.js'

const graphOf = (steps: Record<string, readonly string[]>) =>
  buildDependencyGraph(Object.entries(steps).map(([name, dependsOn]) => ({ name, dependsOn })))

const diamond = graphOf({
  load_order: [],
  charge: ['load_order'],
  reserve_stock: ['load_order'],
  confirm: ['charge', 'reserve_stock'],
})
const states = new Map<string, PictureState>([
  ['load_order', 'complete'],
  ['charge', 'in_progress'],
  ['reserve_stock', 'error'],
  ['confirm', 'pending'],
])

/** Reads a drawing back: follows the lines from each mark upwards and gives the marks that they come from. */
function edgesDrawn(picture: string): string[] {
  const rows = picture.split('\n').slice(0, -3)
  const cells = rows.map((row) => Array.from(row.slice(3)))
  const nameOf = (row: number) => /([a-z]\d+)/.exec(rows[row]!)?.[1]
  const at = (row: number, column: number) => cells[row]?.[column] ?? ' '
  const edges: string[] = []
  for (const [row] of rows.entries()) {
    const column = cells[row]!.indexOf('●')
    if (column === -1) continue
    const seen = new Set<string>()
    const paths: [number, number, 'up' | 'left' | 'right'][] = [[row - 1, column, 'up']]
    for (let path = paths.pop(); path !== undefined; path = paths.pop()) {
      const [r, c, way] = path
      if (seen.has(path.join())) continue
      seen.add(path.join())
      const character = at(r, c)
      if (way === 'up') {
        // A mark right above another one has nothing to do with it: there is no line between them.
        if (character === '●' && r < row - 1) edges.push(`${nameOf(r)}>${nameOf(row)}`)
        if ('│├┤┼╯╰┴'.includes(character)) paths.push([r - 1, c, 'up'])
        // A line that comes down a corner may come from both sides, but only the row right above the mark joins.
        if (r === row - 1 && c === column) {
          if ('┤╮┬┼┴╯'.includes(character)) paths.push([r, c - 1, 'left'])
          if ('├╭┬┼┴╰'.includes(character)) paths.push([r, c + 1, 'right'])
        }
      } else {
        const step = way === 'left' ? -1 : 1
        if ('─│'.includes(character)) paths.push([r, c + step, way])
        else if ('├┤┼╯╰┴'.includes(character)) {
          paths.push([r - 1, c, 'up'])
          const goesOn = way === 'left' ? '┤┼┴╯' : '├┼┴╰'
          if (goesOn.includes(character)) paths.push([r, c + step, way])
        } else if ('╮╭┬'.includes(character)) paths.push([r, c + step, way])
      }
    }
  }
  return edges.sort()
}

describe('the text picture of a graph', () => {
  it('draws a step a row, with lines from each step to those that depend on it', () => {
    assert.equal(
      drawGraphAsText(diamond, { title: 'payments.process_order@2.1.0' }),
      [
        'payments.process_order@2.1.0',
        '',
        '1  ●    load_order',
        '   ├─╮',
        '2  │ ●  charge          ← load_order',
        '2  ● │  reserve_stock   ← load_order',
        '   ├─╯',
        '3  ●    confirm         ← charge, reserve_stock',
        '',
        '4 steps in 3 levels, up to 2 at once',
        'longest path: load_order → charge → confirm',
      ].join('\n'),
    )
  })

  it('draws exactly the dependencies of any graph', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.nat(8), { maxLength: 3 }), { minLength: 1, maxLength: 9 }), (wishes) => {
        const steps = wishes.map((wish, index) => ({
          name: `s${index}`,
          dependsOn: [...new Set(wish.filter((other) => other < index))].map((other) => `s${other}`),
        }))
        const picture = drawGraphAsText(buildDependencyGraph(steps))
        const edges = steps.flatMap(({ name, dependsOn }) => dependsOn.map((parent) => `${parent}>${name}`))
        assert.deepEqual(edgesDrawn(picture), edges.sort(), picture)
      }),
      { numRuns: 500 },
    )
  })

  it('draws a chain as a straight line', () => {
    assert.match(drawGraphAsText(graphOf({ a: [], b: ['a'] })), /^1 {2}● {2}a\n {3}│\n2 {2}● {2}b {3}← a\n/)
  })

  it('marks states, colours them only when asked to, and shows notes', () => {
    const plain = drawGraphAsText(diamond, { states, notes: new Map([['charge', 'attempt 2 of 3']]) })
    assert.match(plain, /✔ {4}load_order/)
    assert.match(plain, /│ ◐ {2}charge {10}attempt 2 of 3 {3}← load_order/)
    assert(!plain.includes('\u001b'))
    assert(drawGraphAsText(diamond, { states, colours: true }).includes('\u001b[31m✖ \u001b[0m'))
  })

  it('keeps steps apart that have nothing to do with each other', () => {
    assert.match(drawGraphAsText(graphOf({ a: [], b: [] })), /^1 {2}● {2}a\n\n1 {2}● {2}b\n/)
  })

  it('keeps to ASCII when asked to', () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
    assert.match(drawGraphAsText(diamond, { states, ascii: true }), /^[\x00-\x7f]+$/)
  })

  it('lists levels where the lines would be too many to follow, and cuts lines to the width', () => {
    const middle = Array.from({ length: 40 }, (_, index) => `middle_${index}`)
    const wide = graphOf({ first: [], ...Object.fromEntries(middle.map((name) => [name, ['first']])), last: middle })
    const picture = drawGraphAsText(wide, { width: 60 })
    assert.match(picture, /level 2 \(40 steps\)\n {2}● middle_0/)
    assert.match(picture, /● last {8}← middle_0, middle_1, middle_2.*…/)
    for (const line of picture.split('\n')) assert(line.length <= 60, line)
  })

  it('draws a chain of 10,000 steps', () => {
    const chain = Array.from({ length: 10_000 }, (_, index) => ({
      name: `s${index}`,
      dependsOn: index === 0 ? [] : [`s${index - 1}`],
    }))
    const lines = drawGraphAsText(buildDependencyGraph(chain)).split('\n')
    assert.equal(lines.filter((line) => line.includes('●')).length, 10_000)
    assert(lines.at(-1)!.length < 200)
  })

  it('says so when there are no steps', () => {
    assert.equal(drawGraphAsText(buildDependencyGraph([])), 'no steps')
  })
})

describe('the Mermaid picture of a graph', () => {
  it('has a node a step, an arrow a dependency, and a class a state', () => {
    assert.equal(
      drawGraphAsMermaid(diamond, { states }),
      [
        'flowchart TD',
        '  s0["load_order"]:::complete',
        '  s1["charge"]:::in_progress',
        '  s2["reserve_stock"]:::error',
        '  s3["confirm"]:::pending',
        '  s0 --> s1',
        '  s0 --> s2',
        '  s1 --> s3',
        '  s2 --> s3',
        '  classDef complete fill:palegreen,color:black',
        '  classDef in_progress fill:gold,color:black',
        '  classDef error fill:salmon,color:black',
        '  classDef pending fill:lightblue,color:black',
      ].join('\n'),
    )
  })

  it('escapes what a label cannot hold', () => {
    assert(drawGraphAsMermaid(graphOf({ 'a"<b>': [] })).includes('["a#34;#60;b#62;"]'))
  })
})

describe('the DOT picture of a graph', () => {
  it('has a node a step, filled by state, and an arrow a dependency', () => {
    const picture = drawGraphAsDot(diamond, { title: 'orders', states })
    assert(picture.startsWith('digraph task {\n'))
    assert(picture.includes('  label="orders"\n'))
    assert(picture.includes('  "charge" [fillcolor=gold, tooltip="in_progress"]\n'))
    assert(picture.includes('  "charge" -> "confirm"\n'))
    assert(picture.endsWith('\n}'))
  })

  it('escapes quotes and backslashes', () => {
    assert(drawGraphAsDot(graphOf({ 'a"\\': [] })).includes('"a\\"\\\\"'))
  })
})

describe('the pictures of a task', () => {
  const skipped = [
    { name: 'load_order', state: 'resolved_manually', resolvedHow: 'skipped' },
    { name: 'charge', state: 'resolved_manually', resolvedHow: 'unchosen' },
    { name: 'reserve_stock', state: 'resolved_manually', resolvedHow: 'by_person' },
    { name: 'confirm', state: 'complete', resolvedHow: null },
  ] as const

  it('tell what was skipped or not chosen from what a person settled, and leave out what has no state', () => {
    assert.deepEqual(Object.fromEntries(pictureStatesOf([...skipped, { name: 'other' }])), {
      load_order: 'skipped',
      charge: 'skipped',
      reserve_stock: 'resolved_manually',
      confirm: 'complete',
    })
    const pictures = { states: pictureStatesOf(skipped) }
    assert.match(drawGraphAsText(diamond, pictures), /↷ +load_order/)
    assert.match(drawGraphAsMermaid(diamond, pictures), /s0\["load_order"\]:::skipped[\s\S]*classDef skipped fill:/)
    assert.match(drawGraphAsDot(diamond, pictures), /"load_order" \[fillcolor=\w+, tooltip="skipped"\]/)
  })

  it('give each state a look of its own in every form', () => {
    const all = [...stepStates, 'skipped'] as const
    const one = graphOf({ step: [] })
    const looksOf = (draw: (state: PictureState) => string | undefined) => new Set(all.map(draw))
    const fills = {
      mermaid: looksOf(
        (state) => /fill:(\w+)/.exec(drawGraphAsMermaid(one, { states: new Map([['step', state]]) }))?.[1],
      ),
      dot: looksOf(
        (state) => /\[fillcolor=(\w+)/.exec(drawGraphAsDot(one, { states: new Map([['step', state]]) }))?.[1],
      ),
      text: looksOf(
        (state) => drawGraphAsText(one, { states: new Map([['step', state]]), colours: true }).split('\n')[0],
      ),
    }
    for (const [form, looks] of Object.entries(fills)) {
      assert.equal(looks.size, all.length, `${form}: ${[...looks]}`)
      assert(!looks.has(undefined), form)
    }
  })
})
