const fs = require('node:fs')

import('../../dist/core/cli/main.js').catch((error) => {
  fs.writeSync(2, `error: the command line could not be loaded: ${error.stack || error}\n`)
  process.exit(1)
})
