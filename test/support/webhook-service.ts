/** Webhook endpoints as people write them, right and wrong, on 127.0.0.1. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook, WebhookVerificationError } from 'svix';

export interface ServiceRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Names and values as they came, one after the other. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

export type Handler = (request: ServiceRequest, response: ServerResponse) => void | Promise<void>;

export interface WebhookService extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** All that came, in order. */
  readonly seen: readonly ServiceRequest[];
}

/** What `handler` throws is answered 500, as frameworks do. */
export async function startService(handler: Handler): Promise<WebhookService> {
  const seen: ServiceRequest[] = [];
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const { method = '', url: path = '', headers, rawHeaders } = incoming;
      const request = { method, path, headers, rawHeaders, body: Buffer.concat(chunks) };
      seen.push(request);
      // The handler may throw at once or later.
      void (async () => handler(request, response))().catch((error: unknown) => {
        response.writeHead(500).end(String(error));
      });
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hooks`,
    port,
    seen,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Accepts and refuses as the vendor's library says. */
export function correct(secret: string): Handler {
  return ({ headers, body }, response) => {
    respond(response, accepts(secret, headers, body) ? 204 : 401);
  };
}

/** Has a JSON parser in front of the check, and writes the body again. */
export function reserialising(secret: string): Handler {
  return ({ headers, body }, response) => {
    const parsed: unknown = JSON.parse(body.toString());
    respond(response, accepts(secret, headers, Buffer.from(JSON.stringify(parsed))) ? 204 : 401);
  };
}

/** Checks one of the entries of the signature header, and only its first `letters`; the clock is checked as it should be. */
export function reading(
  secret: string,
  choose: (entries: readonly string[]) => string | undefined,
  letters = Number.POSITIVE_INFINITY,
): Handler {
  const webhook = new Webhook(secret);
  return ({ headers, body }, response) => {
    const part = (name: string): string => String(headers[`svix-${name}`] ?? headers[`webhook-${name}`] ?? '');
    const seconds = Number(part('timestamp'));
    const expected = webhook.sign(part('id'), new Date(seconds * 1000), body.toString());
    const entry = choose(part('signature').split(' ')) ?? '';
    const isRight = entry !== '' && entry.slice(0, letters) === expected.slice(0, letters);
    respond(response, isRight && Math.abs(seconds * 1000 - Date.now()) < 300_000 ? 204 : 401);
  };
}

/** Checks the signature and nothing else. */
export function timeless(secret: string): Handler {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  return ({ headers, body }, response) => {
    const part = (name: string): string => String(headers[`svix-${name}`] ?? headers[`webhook-${name}`] ?? '');
    const content = Buffer.concat([Buffer.from(`${part('id')}.${part('timestamp')}.`), body]);
    const expected = createHmac('sha256', key).update(content).digest();
    const matches = part('signature')
      .split(' ')
      .filter((entry) => entry.startsWith('v1,'))
      .map((entry) => Buffer.from(entry.slice(3), 'base64'))
      .some((given) => given.length === expected.length && timingSafeEqual(given, expected));
    respond(response, matches ? 204 : 401);
  };
}

/** Looks at the timestamp and nothing else. */
export function credulous(): Handler {
  return ({ headers }, response) => {
    const seconds = Number(headers['svix-timestamp'] ?? headers['webhook-timestamp']);
    respond(response, Math.abs(Date.now() / 1000 - seconds) > 300 ? 401 : 204);
  };
}

/** Checks all, and thanks with a page elsewhere. */
export function redirecting(secret: string): Handler {
  return ({ headers, body }, response) => {
    if (accepts(secret, headers, body)) response.writeHead(303, { location: '/thanks' }).end();
    else respond(response, 401);
  };
}

/** Sends everybody to the address with a slash at its end. */
export function redirectingAll(): Handler {
  return ({ path }, response) => void response.writeHead(307, { location: `${path}/` }).end();
}

/** Checks all, and does its work before it answers. */
export function slow(secret: string, ms: number): Handler {
  return async ({ headers, body }, response) => {
    const status = accepts(secret, headers, body) ? 204 : 401;
    await new Promise((resolve) => {
      setTimeout(resolve, ms);
    });
    respond(response, status);
  };
}

/** Checks all, and takes an id that it has seen for a fault. */
export function forgetful(secret: string, status: 409 | 500): Handler {
  const ids = new Set<unknown>();
  return ({ headers, body }, response) => {
    const id = headers['svix-id'] ?? headers['webhook-id'];
    if (!accepts(secret, headers, body)) return respond(response, 401);
    if (ids.has(id)) return respond(response, status);
    ids.add(id);
    return respond(response, 204);
  };
}

/** Lets what it does not accept become an accident. */
export function breaking(secret: string): Handler {
  return ({ headers, body }, response) => {
    if (!accepts(secret, headers, body)) throw new Error('no valid signature');
    respond(response, 204);
  };
}

/** What the library of the vendor says. */
export function accepts(secret: string, headers: IncomingHttpHeaders, body: Buffer): boolean {
  try {
    new Webhook(secret).verify(body, headers as Record<string, string>);
    return true;
  } catch (error) {
    if (error instanceof WebhookVerificationError) return false;
    throw error;
  }
}

function respond(response: ServerResponse, status: number): void {
  response.writeHead(status).end();
}
