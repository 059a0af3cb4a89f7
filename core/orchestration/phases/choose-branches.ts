import { engineActor } from '../engine-actor.js'
import type { TaskDraft } from '../task-draft.js'
import { publishSearch } from './publish-search.js'

/**
 * Applies what a decision has chosen: its other branches are unchosen, and so is whatever depends on nothing but what is unchosen.
 * Without a choice, because the decision was skipped or resolved without results, none of its branches runs.
 *
 * @param choice names of the chosen branches
 */
export function chooseBranches(draft: TaskDraft, decision: string, choice: unknown): void {
  const branches = draft.owned.branchesOf(decision)
  if (branches.length === 0) return
  const chosen = new Set(Array.isArray(choice) ? choice : [])
  const reason = chosen.size === 0 ? `${decision} chose nothing` : `${decision} chose ${[...chosen].join(', ')}`
  const open = branches.filter((name) => !chosen.has(name))
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (draft.step(name).state !== 'pending') continue
    const { unreachable, ready, examined } = draft.stepEvent('step.resolved_manually', name, {
      how: 'unchosen',
      reason,
      actor: engineActor,
    })
    // A decision that is unchosen chooses nothing: its branches do not run either, whatever else they depend on.
    const branchesBehind = draft.owned.branchesOf(name)
    open.push(...unreachable, ...branchesBehind)
    const found = branchesBehind.length === 0 ? ready : ready.filter((each) => !branchesBehind.includes(each))
    publishSearch(draft, 0, examined, found)
  }
}
