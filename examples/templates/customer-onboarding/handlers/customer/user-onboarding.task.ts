import { defineTask, httpStep, PermanentError } from 'tasker'
import { Type } from 'typebox'
import { shopApi } from '../../shop-api/address.ts'
import { readAnswer, User, UserList } from '../../shop-api/shapes.ts'

const Registration = Type.Object({
  email: Type.String({ format: 'email' }),
  username: Type.String({ minLength: 3 }),
})

/** Registers a user, unless there is one of that name or address. */
export const userOnboarding = defineTask({
  namespace: 'customer',
  name: 'user_onboarding',
  version: '1.0.0',
  description: 'Registers a user, unless there is one of that name or address.',
  context: Registration,
  sensitive: ['email'], // masked wherever it leaves the engine: logs, exports, events
})
  .step(
    'validate_registration_data',
    { retry: { limit: 3 }, dependentSystem: 'shop_api' },
    httpStep({
      url: () => shopApi('/users/add'),
      body: ({ context }) => ({ email: context.email, username: context.username }),
      results: ({ body }) => {
        const { id, username } = readAnswer(User, body)
        return { userId: id, username }
      },
    }),
  )
  .step(
    'check_duplicate_user',
    { dependsOn: ['validate_registration_data'], retry: { limit: 3 }, dependentSystem: 'shop_api' },
    async (step) => {
      const { email, username } = step.context
      const { userId } = step.results.validate_registration_data
      // httpStep makes a function, which a handler may call, here once for each text that is looked for.
      const search = (text: string) =>
        httpStep({
          url: () => shopApi('/users/search'),
          query: { q: text },
          results: ({ body }) => readAnswer(UserList, body).users,
        })(step)
      const found = [...(await search(email)), ...(await search(username))]
      const same = found.find((user) => user.id !== userId && isSame(user, { email, username }))
      if (same !== undefined) {
        throw new PermanentError(`user ${same.id} has this name or address`, { code: 'DUPLICATE_USER' })
      }
      return { userId, username }
    },
  )

interface Identity {
  readonly email: string
  readonly username: string
}

/** A search finds texts that hold another one: `ann` in `joann`. */
function isSame(one: Identity, other: Identity): boolean {
  const equal = (a: string, b: string) => a.toLowerCase() === b.toLowerCase()
  return equal(one.email, other.email) || equal(one.username, other.username)
}
