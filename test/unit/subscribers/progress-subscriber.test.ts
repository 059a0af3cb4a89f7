import assert from 'node:assert/strict'
import { createProgressSubscriber } from '../../../subscribers/progress/index.js'
import { ProgressStory } from '../../support/progress-story.js'

describe('the progress subscriber', () => {
  it('listens to what changes tasks and steps, and writes to the stream that it was given', () => {
    let text = ''
    const progress = createProgressSubscriber({
      stream: { write: (chunk) => (text += chunk) },
      isTerminal: false,
      colours: false,
    })
    const context = { log: undefined as never, signal: new AbortController().signal, attempt: 1 }
    const story = new ProgressStory((event) => progress.on[event.name]!(event, context))
    story.begin()
    story.task('task.completed')
    progress.close()
    assert.match(text, /load runs\n/)
    assert.match(text, /complete in 3\.2s\n$/)
    assert.equal(progress.name, 'progress')
    assert.equal(progress.durable, false)
  })
})
