import { defineConfig } from 'tasker'

/** Every setting has a default; `npx tasker config print` shows what holds, and where it comes from. */
export default defineConfig({
  // Absent: an embedded PostgreSQL in the folder .tasker/db, nothing to install. With a url, the same on a server.
  database: { url: process.env.DATABASE_URL || undefined },

  // Folders are searched for *.task.ts and *.task.yaml, *.subscriber.ts, *.exporter.ts, *.plugin.ts.
  handlers: ['./handlers'],
  subscribers: ['./subscribers'],
  exporters: ['./exporters'],
  plugins: ['./plugins'],

  logging: { level: 'warn' },
  environments: { production: { execution: { concurrentTasks: 200 } } }, // by TASKER_ENV, else NODE_ENV
})
