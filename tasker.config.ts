import { defineConfig } from 'tasker'

/**
 * What `npm start` and the `tasker` command run in this folder. Every setting has a default: `defineConfig({})` is a whole
 * configuration, and `npm run -s tasker -- config print` shows what became of it.
 */
export default defineConfig({
  // Without a url the database is embedded: a real PostgreSQL in the folder .tasker/db, nothing to install. With one, the same
  // tasks run on a server, by as many workers as you start: DATABASE_URL=postgres://… npm start
  database: { url: process.env.DATABASE_URL || undefined },

  // Folders are searched for *.task.ts and *.task.yaml, *.subscriber.ts, *.exporter.ts; files, packages and values do as well.
  handlers: ['./examples/handlers'],
  subscribers: ['./examples/subscribers'],
  exporters: ['./examples/exporters'],

  // Only what may need somebody.
  logging: { level: 'warn' },
})
