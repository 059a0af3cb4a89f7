export type {
  ErrorRecord,
  ParkedReason,
  ResolvedHow,
  StepRecord,
  StepView,
  TaskRecord,
  TaskView,
} from '../workflow/task-record.js'
