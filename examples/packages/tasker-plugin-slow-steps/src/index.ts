export { type SlowStep, type SlowSteps, slowStepsPlugin } from './slow-steps-plugin.js'
