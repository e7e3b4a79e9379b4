/** The flags of the commands below `events`. */
import type { Kind } from '../../kinds.ts';

export interface EventListFlags {
  readonly status?: 'pending' | 'done' | 'failed';
  /** Milliseconds back from now. */
  readonly since?: number;
  readonly kind?: Kind;
  readonly limit: number;
}

export interface EventShowFlags {
  readonly raw?: boolean;
}

export interface EventDiscardFlags {
  readonly failed?: boolean;
  readonly pending?: boolean;
}

export interface EventReplayFlags {
  readonly failed?: boolean;
  /** Milliseconds back from now. */
  readonly since?: number;
  readonly forwardTo?: string;
  readonly secretFile?: string;
  /** Milliseconds. */
  readonly timeout: number;
}
