#!/usr/bin/env node
'use strict'

require('./check-node.cjs')

import('../../dist/core/cli/main.js').catch(function (error) {
  require('fs').writeSync(2, 'error: the command line could not be loaded: ' + (error.stack || error) + '\n')
  process.exit(1)
})
