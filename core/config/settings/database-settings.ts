import { Type } from 'typebox'
import { closed, count, milliseconds, second } from './setting-kinds.js'

export const database = Type.Object(
  {
    url: Type.Optional(
      Type.String({
        pattern: '^postgres(ql)?://',
        description:
          'URL of a PostgreSQL server: postgres://user:password@host:5432/name. Absent: the embedded database.',
      }),
    ),
    path: Type.String({
      minLength: 1,
      default: '.tasker/db',
      description:
        "Folder of the embedded database, relative to the configuration; ':memory:' keeps nothing. Not used where there is a url.",
    }),
    schema: Type.String({
      pattern: '^[a-z_][a-z0-9_]{0,62}$',
      default: 'tasker',
      description: "Schema of PostgreSQL that holds Tasker's tables.",
    }),
    poolSize: count('Most connections of one process to the server.', 10),
    connectTimeoutMs: milliseconds('How long a connection may take to be made, or to become free', 10 * second),
    queryTimeoutMs: milliseconds(
      'How long a statement may go unanswered; then its connection is given up, and what it was to do is tried again',
      30 * second,
    ),
    waitAtBootMs: milliseconds(
      'How long createTasker() waits for a server that does not answer; 0: it fails at once',
      0,
      { minimum: 0 },
    ),
    ssl: Type.Optional(
      Type.Union(
        [
          Type.Boolean(),
          Type.Object(
            {
              rejectUnauthorized: Type.Optional(
                Type.Boolean({
                  description: 'Whether a certificate of the server that cannot be verified is refused.',
                }),
              ),
              ca: Type.Optional(Type.String({ description: 'PEM text of the authority that signed its certificate.' })),
              cert: Type.Optional(Type.String({ description: 'PEM text of the certificate of the client.' })),
              key: Type.Optional(Type.String({ description: 'PEM text of the private key of the client.' })),
            },
            closed,
          ),
        ],
        {
          description: 'Whether, and with which certificates, the connection is encrypted. Absent: what the url says.',
        },
      ),
    ),
  },
  { ...closed, description: 'Where tasks are stored.' },
)
