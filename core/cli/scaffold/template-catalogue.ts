/** What a project can be made from. */
export interface Template {
  readonly name: string
  readonly description: string
  /** Folders of examples/templates, laid over each other; of two files with one path the later wins. */
  readonly layers: readonly string[]
  /** Whether its steps call an API with an address of its own. */
  readonly callsApi: boolean
}

const demonstrations: readonly Pick<Template, 'name' | 'description'>[] = [
  { name: 'order-processing', description: 'a shop: checks a cart and the stock, prices the order, places it' },
  { name: 'stock-management', description: 'a warehouse: watches the stock, says what to reorder and how urgently' },
  { name: 'customer-onboarding', description: 'a customer base: registers a user, looks for a duplicate' },
]

export const defaultTemplate = 'starter'

/** Every template that can be named; `all` are the three demonstrations in one project. */
export const templates: readonly Template[] = [
  {
    name: defaultTemplate,
    description: 'a task in code, one in YAML, a subscriber, an exporter',
    layers: ['base', 'starter'],
    callsApi: false,
  },
  ...demonstrations.map((each) => ({ ...each, layers: ['base', 'shop', each.name], callsApi: true })),
  {
    name: 'all',
    description: 'the three of them in one project',
    layers: ['base', 'shop', ...demonstrations.map(({ name }) => name)],
    callsApi: true,
  },
]
