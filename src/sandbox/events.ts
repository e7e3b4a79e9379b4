/** What happens in a sandbox, for the caller's log. */
import type { Kind } from '../kinds.ts';
import type { Attempt } from './webhooks/message.ts';

export type SandboxEvent =
  | { readonly type: 'request'; readonly method: string; readonly path: string; readonly status: number | 'dropped' }
  | { readonly type: 'submitted'; readonly kind: Kind; readonly requestId: string; readonly picks: number }
  | {
      readonly type: 'finished';
      readonly kind: Kind;
      readonly requestId: string;
      /** Why the job failed. */
      readonly error: string | undefined;
    }
  | {
      readonly type: 'attempt';
      readonly messageId: string;
      readonly endpointId: string;
      readonly url: string;
      readonly eventType: string;
      /** Counted from 1. */
      readonly number: number;
      readonly attempt: Attempt;
      /** Time of the next attempt, in milliseconds since 1970. */
      readonly nextAttemptAt: number | undefined;
    }
  | {
      readonly type: 'endpoint-disabled';
      readonly endpointId: string;
      readonly url: string;
      readonly reason: string;
    };

export type OnSandboxEvent = (event: SandboxEvent) => void;
