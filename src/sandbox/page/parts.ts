/** What the page shows and acts on. */
import type { SandboxEnvironment } from '../environment.ts';
import type { Jobs } from '../jobs/jobs.ts';
import type { Endpoints } from '../webhooks/endpoints.ts';
import type { Outbox } from '../webhooks/outbox.ts';

export interface PageParts extends SandboxEnvironment {
  readonly jobs: Jobs;
  readonly endpoints: Endpoints;
  readonly outbox: Outbox;
  readonly apiKey: string;
  /** Of endpoints without a secret of their own. */
  readonly secret: string;
}
