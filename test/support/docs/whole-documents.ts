import { stringify } from 'yaml'
import { asyncApiDocument } from '../../../core/events/contract/asyncapi-document.js'
import { eventContract } from '../../../core/events/contract/event-contract.js'
import { configTypes } from './config-types.js'
import { editorTaskSchema } from './editor-task-schema.js'
import { payloadTypeFiles } from './payload-types.js'

/** Files that are made from the code as a whole: path → text. */
export const wholeDocuments: Readonly<Record<string, () => string>> = {
  'docs/asyncapi.yaml': () =>
    stringify(asyncApiDocument(eventContract()), { aliasDuplicateObjects: false, lineWidth: 0 }),
  'docs/task.schema.json': () => `${JSON.stringify(editorTaskSchema(), null, 2)}\n`,
  'core/config/config-input.ts': configTypes,
  ...payloadTypeFiles,
}
