/** A real server on 127.0.0.1 that answers as the test says and remembers what it was asked. */
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  readonly method: string;
  /** As sent. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface ScriptedAnswer {
  /** Default 200. */
  readonly status?: number;
  readonly headers?: OutgoingHttpHeaders;
  /** An object is sent as JSON. */
  readonly body?: string | Uint8Array | object | null;
  /** `cut`: the connection is destroyed after what there is; `hang`: nothing more comes. */
  readonly ending?: 'cut' | 'hang';
}

/** `cut` and `hang` answer nothing at all. */
export type Scripted = ScriptedAnswer | 'cut' | 'hang';

export interface ScriptedServer {
  readonly url: string;
  readonly port: number;
  readonly seen: SeenRequest[];
  /** `GET /optimize/cluster/1`, in order. */
  lines(): string[];
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Answers come from a list (the last one repeats) or a function of the request and its number. */
export async function startScriptedServer(
  script: readonly Scripted[] | ((request: SeenRequest, number: number) => Scripted),
): Promise<ScriptedServer> {
  const seen: SeenRequest[] = [];
  const choose = (request: SeenRequest, number: number): Scripted => {
    if (typeof script === 'function') return script(request, number);
    const scripted = script[Math.min(number, script.length - 1)];
    if (scripted === undefined) throw new Error('an empty script answers nothing');
    return scripted;
  };
  const server = createServer((message, response) => {
    void read(message).then((request) => {
      // The client may have gone away while it was sending.
      if (request === undefined) return response.destroy();
      seen.push(request);
      return answer(response, choose(request, seen.length - 1));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    seen,
    lines: () => seen.map((request) => `${request.method} ${request.url}`),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** `undefined` when the request did not arrive whole. */
async function read(message: IncomingMessage): Promise<SeenRequest | undefined> {
  const chunks: Buffer[] = [];
  message.on('data', (chunk: Buffer) => chunks.push(chunk));
  await new Promise((resolve) => {
    message.on('end', resolve).on('close', resolve).on('error', resolve);
  });
  if (!message.complete) return undefined;
  const { method = '', url = '', headers } = message;
  return { method, url, headers, body: Buffer.concat(chunks).toString() };
}

function answer(response: ServerResponse, scripted: Scripted): void {
  if (scripted === 'hang') return;
  if (scripted === 'cut') {
    response.destroy();
    return;
  }
  const { status = 200, headers = {}, body = null, ending } = scripted;
  const plain = body === null || typeof body === 'string' || body instanceof Uint8Array;
  const content = plain ? (body ?? '') : JSON.stringify(body);
  response.writeHead(status, plain ? headers : { 'content-type': 'application/json', ...headers });
  if (ending === undefined) {
    response.end(content);
    return;
  }
  response.write(content, () => {
    if (ending === 'cut') response.destroy();
  });
}
