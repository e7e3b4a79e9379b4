/** The flags of `dev`, and what it is given to work with. */
import type { Context } from '../../context/context.ts';

export interface DevFlags {
  readonly forwardTo?: readonly string[];
}

/**
 * Runs `listen` with these flags: a command of its own, and commands do not import each other. `started` is called with the
 * address of the webhook once it is open.
 */
export type Listen = (
  context: Context,
  flags: readonly string[],
  started: (url: string) => Promise<void>,
) => Promise<void>;
