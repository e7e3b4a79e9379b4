/** A sender that follows Svix's rules: at least once, until 2xx, the same id with a new signature on each attempt. */
import { Agent, request } from 'node:http';
import { signedHeaders } from './listener.ts';

export interface SvixSender extends Disposable {
  /** Sends it until it is accepted, at first to `url` if given. Returns how many attempts that took. */
  send(id: string, body: string, url?: string): Promise<number>;
  /** Every id that was answered 2xx, whether the sender saw that answer or not. */
  readonly acknowledged: ReadonlySet<string>;
  close(): void;
}

export interface SvixSenderOptions {
  /** Of each attempt. */
  readonly url: () => string;
  /** How long an answer may take, in milliseconds. Default: as long as it takes. */
  readonly timeoutMs?: number;
  /** In [0, 1). */
  readonly random: () => number;
  /** How often the answer is lost on the way, from 0 to 1. */
  readonly drops: number;
  /** The pause before the next attempt, in milliseconds. */
  readonly pauseMs: number;
  /** Attempts, after which it is given up with an error. */
  readonly attempts: number;
}

export function createSvixSender(options: SvixSenderOptions): SvixSender {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const acknowledged = new Set<string>();

  /** The status, or `undefined` when none was seen. */
  const attempt = (id: string, body: string, url: string): Promise<number | undefined> =>
    new Promise((resolve) => {
      const isDropped = options.random() < options.drops;
      const headers = { ...signedHeaders({ id, body }), 'content-length': Buffer.byteLength(body) };
      const signal = options.timeoutMs === undefined ? undefined : AbortSignal.timeout(options.timeoutMs);
      const sent = request(url, { method: 'POST', agent, headers, signal }, (response) => {
        const { statusCode = 0 } = response;
        if (statusCode >= 200 && statusCode <= 299) acknowledged.add(id);
        response.resume();
        response.on('close', () => resolve(isDropped ? undefined : statusCode));
      });
      // Nobody listens, or who did was killed.
      sent.on('error', () => resolve(undefined));
      sent.end(body);
    });

  return {
    acknowledged,
    async send(id, body, first) {
      for (let number = 1; number <= options.attempts; number += 1) {
        const status = await attempt(id, body, number === 1 && first !== undefined ? first : options.url());
        if (status !== undefined && status >= 200 && status <= 299) return number;
        await new Promise((resolve) => {
          setTimeout(resolve, options.pauseMs * (0.8 + 0.4 * options.random()));
        });
      }
      throw new Error(`${id} was not taken in ${options.attempts} attempts`);
    },
    close: () => agent.destroy(),
    [Symbol.dispose]: () => agent.destroy(),
  };
}
