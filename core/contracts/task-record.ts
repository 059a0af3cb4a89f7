export type {
  ErrorRecord,
  ParkedReason,
  RerunOf,
  ResolvedHow,
  StepRecord,
  StepView,
  TaskRecord,
  TaskView,
} from '../workflow/task-record.js'
