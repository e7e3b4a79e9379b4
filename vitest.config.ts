import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Longer than any pause of a busy machine: what is awaited comes, and then at once.
    expect: { poll: { timeout: 20_000 } },
    // Two cores: the tests of the built program start many processes of their own.
    maxWorkers: 2,
    globalSetup: ['scripts/pinned-node.ts', 'test/support/postgres-setup.ts'],
    // What takes long and does not depend on the version of Node: `--tagsFilter '!generated && !killing && !browser && !registry'`.
    tags: [
      { name: 'generated', description: 'thousands of generated inputs' },
      { name: 'killing', description: 'processes killed, clocks moved and disks filled, over and over' },
      { name: 'browser', description: 'pages in a real browser' },
      { name: 'registry', description: 'an installation, which may need the package registry' },
    ],
    setupFiles: ['test/support/environment.ts'],
  },
});
