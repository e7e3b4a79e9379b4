import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Two cores: the tests of the built program start many processes of their own.
    maxWorkers: 2,
    // A colour or a key of the person who runs the tests must not decide them.
    env: { NO_COLOR: '', FORCE_COLOR: '', CI: '' },
  },
});
