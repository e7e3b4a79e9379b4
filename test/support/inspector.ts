/** A listener with its inspector, and the way into it. */
import { request } from 'node:http';
import type { Listener } from './listener.ts';

/** The printed address of the page, with its token. */
export async function inspectorUrl(listener: Pick<Listener, 'line'>): Promise<URL> {
  const ready = await listener.line(({ type }) => type === 'ready');
  return new URL(String(ready['inspector_url']));
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

export interface Asked {
  readonly method?: string;
  /** Beside the cookie; also `host`, which browsers do not let pages choose. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Asks at a path of the inspector, with the cookie that its token is exchanged for. */
export function inspectorClient(url: URL): (path: string, asked?: Asked) => Promise<Answer> {
  const cookie = `optipick-${url.port}=${url.searchParams.get('token') ?? ''}`;
  return (path, asked = {}) => ask(url, path, { ...asked, headers: { cookie, ...asked.headers } });
}

/** Without the cookie. */
export function ask(url: URL, path: string, { method = 'GET', headers = {}, body }: Asked = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: url.hostname, port: url.port, path, method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
