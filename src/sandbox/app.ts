/** The sandbox as one {@link Http}: a stand-in for the API and for the sender of its webhooks. */
import { createHash } from 'node:crypto';
import { SANDBOX_HEADER } from '../kinds.ts';
import type { RandomBytes } from '../ids.ts';
import type { SandboxDeps, SandboxEnvironment } from './environment.ts';
import { type Http, headerOf, type HttpRequest, type HttpResponse, TransportError } from '../lib/net/http.ts';
import { createByteBudget } from '../lib/bytes/budget.ts';
import { MAX_SANDBOX_BYTES } from '../limits.ts';
import { createApi } from './http/api.ts';
import { createBackground } from './jobs/background.ts';
import { createControl } from './http/control.ts';
import { createEndpoints, type Endpoint, type EndpointOptions } from './webhooks/endpoints.ts';
import { exampleSite } from '../site/example-site.ts';
import { createFaultInjector } from './faults.ts';
import { createJobs } from './jobs/jobs.ts';
import { checkConfig, type SandboxConfig } from './config.ts';
import { createOutbox } from './webhooks/outbox.ts';
import { createTimeScale } from './webhooks/time-scale.ts';
import { HttpError, errorResponse } from './http/http-error.ts';
import { withBody } from './http/request-body.ts';
import { findRoute, targetOf } from './http/router.ts';
import { checkPageAccess } from './http/page-access.ts';
import { createRoutes } from './http/routes.ts';
import type { SandboxPage } from './page/page.ts';
import { createWebhookSecret, SANDBOX_KEY_PREFIX } from '../settings/secret.ts';

const DEFAULT_LATENCY_MS = 500;
const DEFAULT_SEED = 1;
/** On every response: it does not come from OptiPick. */
const MARK = { [SANDBOX_HEADER]: '1' } as const;

export interface SandboxApp {
  /** Answers every request, unknown paths with 404. Rejects with `TransportError` when the connection shall be cut. */
  readonly http: Http;
  readonly apiKey: string;
  /** Signs the webhooks to endpoints without a secret of their own. */
  readonly secret: string;
  /**
   * Sends events to `url` from now on: all, or those that match a pattern of `events`. Throws
   * `CliError` (usage): `bad_webhook_url`, `remote_webhook`, `bad_event`, `bad_secret`.
   */
  addEndpoint(url: string, options?: EndpointOptions): Endpoint;
  /** Ends jobs, webhooks and waiting requests; resolves when all have ended. */
  stop(): Promise<void>;
}

/**
 * An OptiPick on this machine, all of it in memory and without a port of its own. `X-API-KEY` is
 * checked on every path except those of the page at `/`: a missing or wrong key is answered 403
 * `{"message":"Forbidden"}`, as Amazon's API gateway does, unless `errorShape` is set. Throws `CliError` (usage) for
 * settings that cannot be used.
 */
export function createSandboxApp(options: SandboxConfig, deps: SandboxDeps): SandboxApp {
  checkConfig(options);
  const { clock, randomBytes } = deps;
  const { site = exampleSite(), seed = DEFAULT_SEED, errorShape, onEvent: emit = () => undefined } = options;
  const bytesFor = (purpose: string): RandomBytes =>
    options.seed === undefined ? randomBytes : (size) => seededBytes(`${purpose} ${seed}`, size);
  const apiKey = options.apiKey ?? `${SANDBOX_KEY_PREFIX}${Buffer.from(bytesFor('api key')(16)).toString('hex')}`;
  const secret = options.secret ?? createWebhookSecret(bytesFor('webhook secret'));

  let shown: SandboxPage | undefined;
  const budget = createByteBudget(MAX_SANDBOX_BYTES);
  const background = createBackground();
  const environment: SandboxEnvironment = {
    ...deps,
    site,
    seed,
    injector: createFaultInjector(options.faults ?? {}, seed),
    background,
    timeScale: createTimeScale(clock, options.timeScale ?? 1),
    emit(event) {
      emit(event);
      shown?.changed();
    },
  };
  const jobs = createJobs(environment, options.latency ?? DEFAULT_LATENCY_MS);
  const endpoints = createEndpoints(environment, secret, options.allowRemoteWebhooks ?? false);
  const outbox = createOutbox(environment, endpoints, options.payloadShape ?? 'id');
  const routes = createRoutes({
    api: createApi(environment, {
      jobs,
      outbox,
      submitShape: options.submitShape ?? 'request_id',
      pendingAs: options.pendingAs ?? '404',
    }),
    control: createControl(endpoints, outbox),
    async page() {
      const { createPage } = await import('./page/page.ts');
      shown ??= createPage({ ...environment, jobs, endpoints, outbox, apiKey, secret });
      return shown;
    },
  });

  async function answer(request: HttpRequest, { pathname, query }: ReturnType<typeof targetOf>): Promise<HttpResponse> {
    try {
      const { route, id } = findRoute(routes, request.method, pathname);
      if (route.open === true) checkPageAccess(request);
      else if (headerOf(request.headers, 'x-api-key') !== apiKey) {
        return errorResponse(new HttpError(403, 'Forbidden'), errorShape ?? 'gateway');
      }
      if (route.maxBodyBytes === undefined) return await route.answer({ request, query, id, body: '' });
      return await withBody(request, route.maxBodyBytes, budget, (body) => route.answer({ request, query, id, body }));
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      return errorResponse(error, errorShape ?? 'fastapi');
    }
  }

  return {
    apiKey,
    secret,
    addEndpoint: (url, endpointOptions) => endpoints.add(url, endpointOptions),
    stop: () => background.stop(),
    async http(request) {
      const target = targetOf(request.url);
      const { method } = request;
      try {
        const response = await answer(request, target);
        emit({ type: 'request', method, path: target.pathname, status: response.status });
        return { ...response, headers: { ...response.headers, ...MARK } };
      } catch (error) {
        if (!(error instanceof TransportError)) throw error;
        emit({ type: 'request', method, path: target.pathname, status: 'dropped' });
        throw error;
      }
    },
  };
}

/** At most 32 bytes, the same for the same text. They are test values and no secrets. */
function seededBytes(text: string, size: number): Uint8Array {
  return createHash('sha256').update(`optipick sandbox ${text}`).digest().subarray(0, size);
}
