/** The inspector of `listen --inspect` and `events ui`: its port, and what it may do. */
import type { Context } from '../../../context/context.ts';
import { CliError } from '../../../errors.ts';
import { INSPECTOR_GRACE_MS, MAX_INSPECTOR_FORM_BYTES } from '../../../limits.ts';
import { maskUrl } from '../../../lib/net/url-secrets.ts';
import type { Server } from '../../../platform/host.ts';
import { openNearby } from '../../../platform/server/free-port.ts';
import type { Redact } from '../../../settings/redaction.ts';
import type { Inbox } from '../../../state/inbox.ts';
import type { StoredRejections } from '../../../state/rejections.ts';
import type { InspectorParts, TestPlace } from '../../../inspector/parts.ts';
import type { NamedSecret } from '../../../webhooks/diagnosis/model.ts';
import { createTerminalRedaction } from '../../../output/terminal/redaction.ts';
import { parseWebhookSecrets } from '../../../settings/secret.ts';
import { secretsInSettings } from '../../../settings/settings.ts';
import { quickSources, secretsOfSettings } from '../diagnosis-sources.ts';
import { createFetch } from '../delivery-results.ts';
import { openPlans } from '../report-plan.ts';

const INSPECTOR_PORT = 4040;

export interface InspectorFacts {
  /** The flag that chooses its port. */
  readonly portFlag: '--port' | '--inspect';
  /** `undefined`: the usual one, or the next that is free; 0 picks a free one. */
  readonly port: number | undefined;
  readonly inbox: Inbox;
  readonly baseUrl: string;
  readonly rejections: StoredRejections;
  readonly about: InspectorParts['about'];
  /** The listener in this process; `undefined` when there is none. */
  readonly listener:
    | { readonly url: string; readonly owner: string; readonly forwardTo: readonly string[]; wake(): void }
    | undefined;
  /** In use; `undefined`: those of the settings. A file that holds them may be one that can be read once. */
  readonly secrets?: readonly NamedSecret[] | undefined;
  /** How old a signature may be. Default: as `listen` has it. */
  readonly toleranceMs?: number | undefined;
}

export interface OpenInspector {
  /** With the token. */
  readonly url: string;
  /** Something has happened: pages look at once. */
  changed(): void;
  /** Opens it in the browser of this machine. Rejects with `CliError` `environment` when there is none to be started. */
  open(): Promise<void>;
  close(): Promise<void>;
}

/** Throws `CliError` `environment` when no port can be opened. */
export async function openInspector(context: Context, facts: InspectorFacts): Promise<OpenInspector> {
  const { host } = context;
  const [{ createInspectorApp }, { createLive }] = await Promise.all([
    import('../../../inspector/app.ts'),
    import('../../../pages/live.ts'),
  ]);
  const closing = new AbortController();
  const live = createLive(host.clock, closing.signal);
  const token = Buffer.from(host.randomBytes(24)).toString('base64url');
  const app = createInspectorApp(await createParts(context, facts), token, live);
  const server = await serve(context, app, facts);
  const url = `${server.url}/?token=${token}`;
  return {
    url,
    changed: () => live.changed(),
    async open() {
      const { openInBrowser } = await import('./browser.ts');
      await openInBrowser(context, url);
    },
    async close() {
      closing.abort();
      await server.close(INSPECTOR_GRACE_MS);
    },
  };
}

async function serve(
  { host }: Context,
  app: Parameters<Context['host']['serve']>[0],
  { port: wanted, portFlag }: Pick<InspectorFacts, 'port' | 'portFlag'>,
): Promise<Server> {
  const open = (port: number): Promise<Server> =>
    host.serve(app, { host: '127.0.0.1', port, portFlag, maxBodyBytes: MAX_INSPECTOR_FORM_BYTES });
  // A port that was asked for is that one or none.
  return wanted === undefined ? await openNearby(open, INSPECTOR_PORT) : await open(wanted);
}

async function createParts(context: Context, facts: InspectorFacts): Promise<InspectorParts> {
  const { host } = context;
  const { inbox, baseUrl, rejections, about, listener, toleranceMs = TOLERANCE_MS } = facts;
  const secrets = facts.secrets ?? secretsOfSettings(await context.settings());
  const places = placesOf(listener);
  const redact = createTerminalRedaction([
    ...secretsInSettings(await context.settings()),
    ...secrets.map(({ text }) => text),
  ]);
  return {
    host,
    inbox,
    baseUrl,
    rejections,
    about,
    listener: listener?.owner,
    redact,
    wake: () => listener?.wake(),
    async fetchResult(requestId, kind) {
      const client = await context.client();
      return await createFetch(host.clock, client, undefined)(requestId, kind, { signal: context.stop, isLast: false });
    },
    planFor: await openPlans(context, undefined),
    async verify({ headers, body, receivedAt }) {
      if (secrets.length === 0) return undefined;
      const { diagnose } = await import('../../../webhooks/diagnosis/diagnosis.ts');
      return diagnose({
        headers,
        body,
        referenceTime: receivedAt,
        toleranceMs,
        secrets,
        ...(await quickSources(context, inbox, secrets)),
      });
    },
    places,
    sendTest: createTestSender(context, { secrets, redact, places }),
  };
}

/** As `listen` has it. */
const TOLERANCE_MS = 5 * 60 * 1000;

function placesOf(listener: InspectorFacts['listener']): readonly TestPlace[] {
  if (listener === undefined) return [];
  return [
    ...listener.forwardTo.map((url) => ({ label: maskUrl(url), url })),
    { label: `this listener, ${listener.url}`, url: listener.url },
  ];
}

/** How long a place may take to answer a test, in milliseconds. */
const TEST_TIMEOUT_MS = 15_000;

function createTestSender(
  context: Context,
  { secrets, redact, places }: { secrets: readonly NamedSecret[]; redact: Redact; places: readonly TestPlace[] },
): InspectorParts['sendTest'] {
  const { host, stop } = context;
  return async (place, body) => {
    const [{ attemptTest }, { createDeliveryMaker }, { readTestTarget }] = await Promise.all([
      import('../../../webhooks/testing/test-attempt.ts'),
      import('../../../webhooks/testing/test-delivery.ts'),
      import('../../../webhooks/testing/test-target.ts'),
    ]);
    // Where deliveries are forwarded to, a test may go; else nobody must test an endpoint of others by mistake.
    const target = readTestTarget(
      place,
      places.some(({ url }) => url === place),
    );
    if (secrets.length === 0) {
      throw new CliError('auth', 'there is no webhook secret to sign with', { code: 'no_webhook_secret' });
    }
    const { secrets: keys } = parseWebhookSecrets(secrets.map(({ text }) => text).join(' '));
    const randomBytes = (size: number): Uint8Array => host.randomBytes(size);
    const make = createDeliveryMaker({ secrets: keys, clock: host.clock, randomBytes, marked: true });
    const delivery = await make({ body });
    const tools = { http: await host.http(), clock: host.clock, redact };
    const answer = await attemptTest(tools, target, delivery, { timeoutMs: TEST_TIMEOUT_MS, stop });
    return { id: delivery.id, answer };
  };
}
