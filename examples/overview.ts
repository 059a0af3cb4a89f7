import { styleText } from 'node:util'
import { drawGraphAsText, type Tasker } from 'tasker'
import { workflows } from './main-job.js'
import { heading, textTable } from './text-table.js'

/** What there is before anything runs, as text for people: what discovery found, and the graph of each workflow. */
export function describeProject(tasker: Tasker): string {
  const graphs = workflows.map((workflow) => {
    const graph = tasker.graph.template(workflow)
    return `\n${drawGraphAsText(graph, { title: styleText('bold', graph.title) })}`
  })
  return [heading('Found in the folders that tasker.config.ts names'), foundTable(tasker), ...graphs].join('\n')
}

function foundTable({ handlers, subscribers, exporters }: Tasker): string {
  const kinds = { handler: handlers.list(), subscriber: subscribers.list(), exporter: exporters.list() }
  const rows = Object.entries(kinds).flatMap(([kind, entries]) => {
    const ours = entries.filter(({ origin }) => origin.kind === 'folder')
    return ours.map(({ key, origin }) => [kind, key, origin.place])
  })
  return textTable([{ title: 'kind' }, { title: 'name' }, { title: 'file' }], rows)
}
