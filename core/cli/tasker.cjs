#!/usr/bin/env node
// In two steps, because a version of Node that does not know import() cannot even read a file that holds one.
require('./check-node.cjs')
require('./load-main.cjs')
