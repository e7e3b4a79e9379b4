/** The signals that ask the program to stop. */
import type { StopSignal } from '../host.ts';

/** What the system sends, and what it means. Ctrl-Break of a Windows console is the nearest thing to SIGTERM there. */
const MEANINGS: Readonly<Partial<Record<NodeJS.Signals, StopSignal>>> = { SIGINT: 'SIGINT', SIGTERM: 'SIGTERM' };
const WINDOWS_MEANINGS: typeof MEANINGS = { ...MEANINGS, SIGBREAK: 'SIGTERM' };

/**
 * Calls back on each of them until the returned function is called; then they end the process again. SIGHUP is left
 * alone: `nohup` has it ignored, and a handler would undo that.
 */
export function onStopSignal(handler: (signal: StopSignal) => void): () => void {
  const meanings = Object.entries(process.platform === 'win32' ? WINDOWS_MEANINGS : MEANINGS);
  const listeners = meanings.map(([name, meaning]) => [name, () => handler(meaning)] as const);
  for (const [name, listener] of listeners) process.on(name, listener);
  return () => {
    for (const [name, listener] of listeners) process.off(name, listener);
  };
}
