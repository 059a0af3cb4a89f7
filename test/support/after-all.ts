import { closeAll } from './closings.js'

// Where mocha-hooks.ts is not loaded: at the end of a run in one process.
after(closeAll)
