const fs = require('node:fs')
const { enableCompileCache } = require('node:module')

// What is compiled is kept in the temporary folder for the next call, which is 0.1 to 0.2 s quicker for it. Not where coverage is
// measured: functions that come out of the cache are measured less exactly.
if (process.env.NODE_V8_COVERAGE === undefined) enableCompileCache()

import('../../dist/core/cli/main.js').catch((error) => {
  fs.writeSync(2, `error: the command line could not be loaded: ${error.stack || error}\n`)
  process.exit(1)
})
