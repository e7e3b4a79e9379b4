import type { RandomBytes } from '../ids.ts';
import type { Http } from '../lib/net/http.ts';
import type { Clock, Host } from '../platform/host.ts';
import type { Site } from '../site/model.ts';
import type { OnSandboxEvent } from './events.ts';
import type { FaultInjector } from './faults.ts';
import type { Background } from './jobs/background.ts';
import type { TimeScale } from './webhooks/time-scale.ts';

/** What a sandbox needs of the machine. */
export interface SandboxDeps {
  readonly clock: Clock;
  /** Sends webhooks. */
  readonly http: Http;
  readonly randomBytes: RandomBytes;
  /** For the page. */
  readonly asset: Host['asset'];
}

/** What the parts of a sandbox share. */
export interface SandboxEnvironment extends SandboxDeps {
  readonly site: Site;
  readonly seed: number;
  readonly injector: FaultInjector;
  readonly background: Background;
  readonly timeScale: TimeScale;
  readonly emit: OnSandboxEvent;
}
