/** A target of forwards that fails, hangs, or is down for a while, and knows what it has accepted. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

export interface TroubledTarget extends AsyncDisposable {
  readonly url: string;
  /** How often each svix-id was answered 204. */
  readonly accepted: ReadonlyMap<string, number>;
  /** For some milliseconds each request is answered 500; is not answered; finds no open port. */
  fail(ms: number): Promise<void>;
  hang(ms: number): Promise<void>;
  goDown(ms: number): Promise<void>;
}

export interface TroubledTargetOptions {
  /** In [0, 1). */
  readonly random: () => number;
  /** How often a request is answered 500 without any trouble, from 0 to 1. */
  readonly failures: number;
  readonly onRequest?: () => void;
  readonly onAnswered?: () => void;
}

export async function startTroubledTarget(options: TroubledTargetOptions): Promise<TroubledTarget> {
  const accepted = new Map<string, number>();
  const hanging = new Set<ServerResponse>();
  let mode: 'fine' | 'failing' | 'hanging' = 'fine';
  const server = createServer((request, response) => {
    options.onRequest?.();
    request.resume();
    request.on('end', () => {
      if (mode === 'hanging') {
        hanging.add(response);
        return;
      }
      if (mode === 'failing' || options.random() < options.failures) {
        response.writeHead(500).end();
        return;
      }
      const id = String(request.headers['svix-id']);
      accepted.set(id, (accepted.get(id) ?? 0) + 1);
      response.writeHead(204).end();
      options.onAnswered?.();
    });
  });
  const opened = (port: number): Promise<boolean> =>
    once(server.listen(port, '127.0.0.1'), 'listening').then(
      () => true,
      () => false,
    );
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  await opened(0);
  const { port } = server.address() as AddressInfo;

  const during = async (trouble: typeof mode, ms: number): Promise<void> => {
    mode = trouble;
    await pause(ms);
    mode = 'fine';
  };

  return {
    accepted,
    url: `http://127.0.0.1:${port}/hooks`,
    fail: (ms) => during('failing', ms),
    async hang(ms) {
      await during('hanging', ms);
      for (const response of hanging) response.destroy();
      hanging.clear();
    },
    async goDown(ms) {
      close();
      // A connection of somebody else may have been given the port for its own end meanwhile.
      for (let isOpen = false; !isOpen; isOpen = await opened(port)) await pause(ms);
    },
    [Symbol.asyncDispose]: async () => close(),
  };
}
