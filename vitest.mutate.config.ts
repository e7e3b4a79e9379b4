/** What `npm run mutate` runs: the unit tests of the files that `stryker.config.json` names. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      'test/answers/job-state.test.ts',
      'test/api/{poll,retry}.test.ts',
      'test/commands/submit/{idempotent-post,resume}.test.ts',
      'test/state/sqlite/{inbox,inbox-damage,write-queue}.test.ts',
      'test/webhooks/inbox/{backoff,processor*}.test.ts',
      'test/webhooks/receiver/{receiver,recording}.test.ts',
      'test/webhooks/signature.test.ts',
    ],
    testTimeout: 10_000,
    setupFiles: ['test/support/environment.ts'],
  },
});
