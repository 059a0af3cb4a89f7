import type { StepContext } from 'tasker'

interface Complaint {
  readonly orderId: number
  readonly cents: number
}

export async function checkComplaint({ context }: StepContext) {
  const { orderId, cents } = context as Complaint
  return { orderId, isAccepted: cents <= 10_000 }
}

export async function payBack({ context, results }: StepContext) {
  const { isAccepted } = results.check_complaint as { isAccepted: boolean }
  return { cents: isAccepted ? (context as Complaint).cents : 0 }
}
