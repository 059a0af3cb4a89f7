import assert from 'node:assert/strict'
import { configKeys } from '../../../core/config/config-keys.js'
import { configInputSchema } from '../../../core/config/config-schema.js'
import type { SchemaNode } from '../../../core/config/partial-schema.js'
import { configProblems } from '../../../core/config/validate-config.js'
import { configurationExamples } from '../../support/docs/configuration-examples.js'
import { configurationPart } from '../../support/docs/configuration-part.js'

describe('the reference of the configuration', () => {
  it('has an example of each section, and of nothing else', () => {
    const sections = Object.keys((configInputSchema as SchemaNode).properties!)
    assert.deepEqual(Object.keys(configurationExamples).sort(), sections.sort())
  })

  for (const [section, example] of Object.entries(configurationExamples)) {
    it(`has an example of ${section} that is right`, () => {
      assert(Object.hasOwn(example, section))
      assert.deepEqual(configProblems({ name: 'example', values: example as Record<string, unknown> }), [])
    })
  }

  it('says what each setting is, those in entries of maps included', () => {
    const rows = [...configurationPart().matchAll(/^\| `([^`]+)` \|.*\| (.*) \|$/gm)].map(([, path, text]) => ({
      path,
      text,
    }))
    assert.deepEqual(
      rows.filter(({ text }) => text!.trim() === '').map(({ path }) => path),
      [],
    )
    const paths = new Set(rows.map(({ path }) => path))
    for (const { path } of configKeys) assert(paths.has(path), `${path} is missing`)
    for (const path of [
      'dependentSystems.NAME.rate.limit',
      'schedules.NAME.cron',
      'customEvents.NAME.schema',
      'database.ssl.ca',
    ]) {
      assert(paths.has(path), `${path} is missing`)
    }
  })
})
