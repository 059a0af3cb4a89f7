import type { StepDefinition } from '../contracts/task-definition.js'
import { InvalidDefinitionOptionError, UnknownBranchError } from '../errors/definition-errors.js'

type Deciding = Pick<StepDefinition, 'name' | 'branches'>

/** The name of the decision that a step is a branch of. */
export function decisionOf(name: string, decisions: readonly Deciding[]): string | undefined {
  return decisions.find(({ branches }) => branches?.includes(name))?.name
}

/**
 * Checks what only shows when all steps are there: each branch is a step that comes after its decision, of one decision only.
 *
 * @throws UnknownBranchError, InvalidDefinitionOptionError
 */
export function assertBranches(steps: readonly StepDefinition[], task: string): void {
  for (const { name, branches = [] } of steps) {
    const subject = { task, step: name, option: 'branches' }
    for (const branch of branches) {
      const step = steps.find((each) => each.name === branch)
      if (step === undefined) {
        const others = steps.filter((each) => each.name !== name).map((each) => each.name)
        throw new UnknownBranchError(branch, others, subject)
      }
      if (step.branchOf === name) continue
      throw new InvalidDefinitionOptionError(subject, {
        expected: 'steps that come later and belong to no other decision',
        received: branch,
        wayOut:
          step.branchOf === undefined
            ? `Add the step "${branch}" after "${name}"`
            : `"${branch}" is a branch of "${step.branchOf}" already; let a step of its own follow this decision`,
      })
    }
  }
}
