/** What the outbox stores: messages, their delivery to each endpoint, and every attempt. */
import type { Kind } from '../../kinds.ts';

export interface Message {
  /** `svix-id`: the same at every attempt and at every endpoint. */
  readonly id: string;
  readonly kind: Kind;
  readonly siteName: string;
  readonly requestId: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** One for each endpoint that subscribes to this event. */
  readonly deliveries: readonly EndpointDelivery[];
}

export interface EndpointDelivery {
  readonly messageId: string;
  readonly endpointId: string;
  readonly url: string;
  readonly eventType: string;
  /** The exact body. */
  readonly body: string;
  status: 'pending' | 'succeeded' | 'failed';
  readonly attempts: Attempt[];
  /** Time of the next attempt, in milliseconds since 1970. */
  nextAttemptAt: number | undefined;
  /** Ends the schedule. */
  readonly ended: AbortController;
}

/** `scheduled`: first or retried; `manual`: resent or recovered; `duplicate`: caused by the fault of that name. */
export type Trigger = 'scheduled' | 'manual' | 'duplicate';

/** What became of one attempt. */
export interface AttemptOutcome {
  /** HTTP status; `undefined` when no answer came. */
  readonly status: number | undefined;
  /** Why there is no answer, or why the answer does not count. `undefined`: delivered. */
  readonly error: string | undefined;
  /** The start of the receiver's answer; empty without one. */
  readonly answer: string;
  /** Milliseconds. */
  readonly duration: number;
}

export interface Attempt extends AttemptOutcome {
  readonly id: string;
  /** Start, in milliseconds since 1970. */
  readonly at: number;
  readonly trigger: Trigger;
  /** Those that are its own: id, timestamp and signature. */
  readonly headers: Readonly<Record<string, string>>;
  readonly succeeded: boolean;
}
