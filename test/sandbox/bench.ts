/** A sandbox on a clock that stands still, and short ways to call it. */
import { createHash } from 'node:crypto';

import { type Http, type HttpHeaders, type HttpRequest, jsonResponse, readText } from '../../src/lib/net/http.ts';
import { createSandboxApp, type SandboxApp } from '../../src/sandbox/app.ts';
import type { SandboxEvent } from '../../src/sandbox/events.ts';
import type { SandboxConfig } from '../../src/sandbox/config.ts';
import { createFakeClock, type FakeClock } from './fake-clock.ts';

export interface Answer {
  readonly status: number;
  readonly headers: HttpHeaders;
  /** Parsed, when it is JSON. */
  readonly body: unknown;
  readonly text: string;
}

export interface Bench {
  readonly app: SandboxApp;
  readonly clock: FakeClock;
  readonly events: SandboxEvent[];
  get(path: string, headers?: HttpHeaders): Promise<Answer>;
  /** A text is sent as it is, anything else as JSON. */
  post(path: string, body?: unknown, headers?: HttpHeaders): Promise<Answer>;
  /** Submits without waiting for the result, and returns the id. */
  submit(kind: 'route' | 'cluster', body: object): Promise<string>;
}

export const LATENCY = 500;

/** Without a receiver webhooks are taken with 204. */
export function createBench(options: SandboxConfig = {}, receiver: Http = async () => jsonResponse(200, {})): Bench {
  const clock = createFakeClock();
  const events: SandboxEvent[] = [];
  const app = createSandboxApp(
    { latency: LATENCY, onEvent: (notice) => events.push(notice), ...options },
    { clock, http: receiver, randomBytes: createBytes(), asset: async () => Buffer.from('// the script') },
  );
  const call = async (request: HttpRequest): Promise<Answer> => {
    const { status, headers, body } = await app.http({
      ...request,
      headers: { 'x-api-key': app.apiKey, ...request.headers },
    });
    const text = await readText(body);
    const isJson = headers['content-type'] === 'application/json';
    return { status, headers, text, body: isJson ? (JSON.parse(text) as unknown) : undefined };
  };
  const post: Bench['post'] = (url, body, headers = {}) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return call({ method: 'POST', url, headers, body: body === undefined ? null : text });
  };
  return {
    app,
    clock,
    events,
    post,
    get: (url, headers = {}) => call({ method: 'GET', url, headers }),
    async submit(kind, body) {
      const answer = await post(`/optimize/${kind}?synchronous=false`, body);
      return (answer.body as { request_id: string }).request_id;
    },
  };
}

/** Bytes (up to 32) that differ each time and are the same in each test. */
function createBytes(): (size: number) => Uint8Array {
  let count = 0;
  return (size) => {
    count += 1;
    return createHash('sha256').update(String(count)).digest().subarray(0, size);
  };
}

/** One webhook as its receiver saw it. */
export interface Delivered {
  readonly at: number;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** How a receiver answers: `number` counts from 1, `signal` ends when the sender gives up. */
export type Receive<Result> = (delivered: Delivered, number: number, signal: AbortSignal | undefined) => Result;

/** A receiver that answers as the test says and remembers what came. Bind the clock once it is there. */
export function createReceiver(answer: Receive<ReturnType<Http>>): {
  readonly http: Http;
  readonly seen: Delivered[];
  bind(clock: FakeClock): void;
} {
  const seen: Delivered[] = [];
  let clock: FakeClock | undefined;
  return {
    seen,
    bind(given) {
      clock = given;
    },
    async http({ url, headers, body, signal }) {
      const delivered = {
        at: clock?.now() ?? 0,
        url,
        headers: headers as Record<string, string>,
        body: await readText(body),
      };
      seen.push(delivered);
      return answer(delivered, seen.length, signal);
    },
  };
}

/** A request of a route on the built-in site. */
export function routeOf(...locations: readonly (string | readonly string[])[]): {
  site_name: string;
  picks: { pick_id: string; location_id: string | readonly string[] }[];
} {
  return {
    site_name: 'Example',
    picks: locations.map((location, index) => ({ pick_id: `p${index}`, location_id: location })),
  };
}
