import { Type } from 'typebox'

const id = (description: string) => Type.String({ format: 'uuid', description })

/** JSON Schema of what is around every payload: `EventEnvelope`. */
export const envelopeSchema = Type.Object({
  id: id('UUID of version 7; the same wherever and however often the event is delivered.'),
  name: Type.String({ description: 'Name of the event.' }),
  schemaVersion: Type.Integer({ minimum: 1, description: "Version of the payload's schema." }),
  payload: Type.Unknown({ description: 'What the event says; its schema is that of the event.' }),
  occurredAt: Type.String({ format: 'date-time', description: 'When it happened, in UTC.' }),
  correlationId: Type.String({ description: 'Shared by everything that one request set off.' }),
  causationId: Type.Optional(Type.String({ description: 'Id of the event that set this one off.' })),
  taskId: Type.Optional(id('The task that it is about.')),
  stepId: Type.Optional(id('The step that it is about.')),
  position: Type.Optional(
    Type.String({
      description: 'Where the event stands in the log: opaque, sortable as text. Only of durable events.',
    }),
  ),
  trace: Type.Optional(
    Type.Object(
      {
        traceparent: Type.String({ description: 'As W3C Trace Context has it.' }),
        tracestate: Type.Optional(Type.String({ description: 'As W3C Trace Context has it.' })),
      },
      { description: 'Trace context of the work that the event belongs to.' },
    ),
  ),
})
