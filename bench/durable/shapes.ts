/** One step of a shape. Parents stand before their children. */
export interface ShapeStep {
  readonly name: string
  readonly dependsOn: readonly string[]
}

/** A graph that every engine runs in the same form. */
export interface Shape {
  readonly name: string
  readonly steps: readonly ShapeStep[]
}

const chain = (length: number): ShapeStep[] =>
  Array.from({ length }, (_, index) => ({ name: `step_${index}`, dependsOn: index === 0 ? [] : [`step_${index - 1}`] }))

const diamond: ShapeStep[] = [
  { name: 'top', dependsOn: [] },
  { name: 'left', dependsOn: ['top'] },
  { name: 'right', dependsOn: ['top'] },
  { name: 'bottom', dependsOn: ['left', 'right'] },
]

function fan(width: number): ShapeStep[] {
  const names = Array.from({ length: width }, (_, index) => `part_${index}`)
  return [
    { name: 'split', dependsOn: [] },
    ...names.map((name) => ({ name, dependsOn: ['split'] })),
    { name: 'join', dependsOn: names },
  ]
}

/** Each step depends on two of the layer before, its own place and the next one, so that every step is a join and a split. */
function layers(count: number, width: number): ShapeStep[] {
  const nameOf = (layer: number, place: number) => `layer_${layer}_${place % width}`
  return Array.from({ length: count * width }, (_, index) => {
    const [layer, place] = [Math.floor(index / width), index % width]
    const dependsOn = layer === 0 ? [] : [nameOf(layer - 1, place), nameOf(layer - 1, place + 1)]
    return { name: nameOf(layer, place), dependsOn }
  })
}

export const shapes: readonly Shape[] = [
  { name: 'linear4', steps: chain(4) },
  { name: 'diamond4', steps: diamond },
  { name: 'fan50', steps: fan(50) },
  { name: 'layers20x10', steps: layers(20, 10) },
]

export function requireShape(name: string): Shape {
  const shape = shapes.find((one) => one.name === name)
  if (shape !== undefined) return shape
  throw new RangeError(`There is no shape ${name}; there are ${shapes.map((one) => one.name).join(', ')}`)
}

/** What every step of every engine returns. */
export interface StepOutput {
  readonly ok: true
  readonly step: string
}
