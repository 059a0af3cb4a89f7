/**
 * Brings the parts of the documentation that are made from the code up to date:
 *
 *   npm run -s build && node dist/test/support/docs/write-documents.js
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generatedDocuments } from './generated-documents.js'
import { checkout } from './generated-section.js'
import { wholeDocuments } from './whole-documents.js'

for (const [path, update] of Object.entries(generatedDocuments)) {
  const file = join(checkout, path)
  writeFileSync(file, update(readFileSync(file, 'utf8')))
}

for (const [path, make] of Object.entries(wholeDocuments)) writeFileSync(join(checkout, path), make())
