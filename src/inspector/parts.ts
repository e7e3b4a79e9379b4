/** What the inspector works with. */
import type { HttpHeaders } from '../lib/net/http.ts';
import type { Clock, Host } from '../platform/host.ts';
import type { JobAnswer, ResultNotReady } from '../api/model.ts';
import type { Redact } from '../settings/redaction.ts';
import type { Inbox, InboxEntry } from '../state/inbox.ts';
import type { StoredRejections } from '../state/rejections.ts';
import type { VerificationResult } from '../webhooks/diagnosis/model.ts';
import type { TestAnswer } from '../webhooks/testing/test-answer.ts';
import type { ReportPlan } from '../output/html/floor-walks.ts';

/** A place that test deliveries can be sent to. */
export interface TestPlace {
  /** Without what is secret in it. */
  readonly label: string;
  readonly url: string;
}

export interface InspectorParts {
  readonly host: Pick<Host, 'asset' | 'platform'> & { readonly clock: Clock };
  readonly inbox: Pick<Inbox, 'list' | 'find' | 'answers' | 'counts' | 'reopen' | 'discard'>;
  /** Whose deliveries are worked on here. */
  readonly baseUrl: string;
  readonly rejections: StoredRejections;
  /** Names of what is looked at, for people: where it listens, where its state is. */
  readonly about: readonly (readonly [name: string, value: string])[];
  /** The listener in this process, which does what is replayed, by the name that its claims have; `undefined`: none. */
  readonly listener: string | undefined;
  /** Strikes what is secret out of what others have said. */
  readonly redact: Redact;
  /** Does what is due at once, where a listener is there. */
  readonly wake: () => void;
  /** Fetches a result once. Rejects with `CliError` when the API refuses, and when there is no key. */
  readonly fetchResult: (requestId: string, kind: InboxEntry['kind']) => Promise<JobAnswer | ResultNotReady>;
  readonly planFor: (siteName: string | undefined) => ReportPlan | undefined;
  /** Checks a signature by the secrets in use, as of that time; `undefined` when there are none. */
  readonly verify: (message: {
    readonly headers: HttpHeaders;
    readonly body: Uint8Array;
    readonly receivedAt: number;
  }) => Promise<VerificationResult | undefined>;
  readonly places: readonly TestPlace[];
  /**
   * Sends a test, signed by the secrets in use and marked as one. Rejects with `CliError` for a place that is none, and without
   * a secret.
   */
  readonly sendTest: (place: string, body: Uint8Array) => Promise<{ readonly id: string; readonly answer: TestAnswer }>;
}
