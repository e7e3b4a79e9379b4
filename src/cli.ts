/** The entry: the real machine and the real arguments. */
import { INTERRUPTED_EXIT_CODES, main } from './app/main.ts';
import { createRealHost } from './platform/real-host.ts';

// Not a top-level await: modules that are loaded later import this one's chunk, and would wait for its end.
void run();

async function run(): Promise<void> {
  const code = await main(createRealHost(), process.argv.slice(2));
  process.exitCode = code;
  // After a signal nothing may hold the process back; all output has been flushed by then.
  if (INTERRUPTED_EXIT_CODES.includes(code)) process.exit(code);
}
