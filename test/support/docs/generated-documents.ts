import { cliPart } from './cli-part.js'
import { configurationPart, sectionsPart, variablesPart } from './configuration-part.js'
import { errorClasses } from './error-classes.js'
import { errorsPart } from './errors-part.js'
import { eventsPart } from './events-part.js'
import { checkout, sectionOf, withSection } from './generated-section.js'
import { payloadsPart } from './payloads-part.js'
import { stepKeysPart, taskKeysPart } from './task-files-part.js'
import { vocabulariesPart } from './vocabularies-part.js'

/** Documents with parts that are made from the code: path → what the document should be. */
export const generatedDocuments: Readonly<Record<string, (document: string) => string>> = {
  'docs/events.md': (document) =>
    withParts(document, { events: eventsPart(), payloads: payloadsPart(), vocabularies: vocabulariesPart() }),
  'docs/errors.md': (document) =>
    withParts(document, { errors: errorsPart(errorClasses(checkout), sectionOf(document, 'errors')) }),
  'docs/configuration.md': (document) =>
    withParts(document, { sections: sectionsPart(), settings: configurationPart(), variables: variablesPart() }),
  'docs/task-files.md': (document) => withParts(document, { task: taskKeysPart(), step: stepKeysPart() }),
  'docs/cli.md': (document) => withParts(document, { commands: cliPart() }),
}

function withParts(document: string, parts: Readonly<Record<string, string>>): string {
  return Object.entries(parts).reduce((text, [name, part]) => withSection(text, name, part), document)
}
