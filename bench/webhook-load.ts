/** Webhooks over raw sockets, one request at a time on each: the sender must cost less than what it measures. */
import { createHmac } from 'node:crypto';
import { connect, type Socket } from 'node:net';

export interface Load {
  readonly port: number;
  readonly path: string;
  readonly connections: number;
  readonly events: number;
  /** Base64 part of the signing secret. */
  readonly key: Buffer;
  /** Begins every id: no two loads on one inbox may share it. */
  readonly prefix: string;
  /** For a server of HTTP/1.0, which ends the connection after each answer. */
  readonly reconnect?: boolean;
  /** Called after each so many answers. */
  readonly onProgress?: (answered: number) => void;
}

export interface LoadReport {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** Answers other than 2xx. */
  readonly refused: number;
}

const PROGRESS_EVERY = 5000;
/** About what a webhook with an envelope and a few fields is. */
const PADDING = 'x'.repeat(1000);

export async function sendLoad(load: Load): Promise<LoadReport> {
  const { port, path, connections, events, key, prefix, onProgress } = load;
  let next = 0;
  let answered = 0;
  let refused = 0;
  const latencies = new Float64Array(events);
  const begun = performance.now();
  const drive = (socket: Socket): Promise<void> =>
    new Promise((resolve, reject) => {
      let sentAt = 0;
      let seen = '';
      const send = (): void => {
        if (next >= events) {
          socket.end();
          resolve();
          return;
        }
        const request = signedRequest(path, port, key, `${prefix}${next}`, next);
        next += 1;
        sentAt = performance.now();
        socket.write(request);
      };
      socket.on('data', (chunk: Buffer) => {
        seen += chunk.toString('latin1');
        const end = seen.indexOf('\r\n\r\n');
        if (end < 0) return;
        const length = Number(/content-length: (\d+)/i.exec(seen)?.[1] ?? 0);
        if (seen.length < end + 4 + length) return;
        if (!seen.startsWith('HTTP/1.1 2')) refused += 1;
        seen = seen.slice(end + 4 + length);
        latencies[answered] = performance.now() - sentAt;
        answered += 1;
        if (answered % PROGRESS_EVERY === 0) onProgress?.(answered);
        send();
      });
      socket.on('error', reject);
      socket.on('close', () => (next < events ? reject(new Error('the server closed a connection')) : resolve()));
      send();
    });
  const driveAnew = async (): Promise<void> => {
    while (next < events) {
      const request = signedRequest(path, port, key, `${prefix}${next}`, next);
      next += 1;
      const sentAt = performance.now();
      const status = await exchanged(port, request);
      if (!status.startsWith('2')) refused += 1;
      latencies[answered] = performance.now() - sentAt;
      answered += 1;
    }
  };
  if (load.reconnect === true) {
    await Promise.all(Array.from({ length: connections }, driveAnew));
  } else {
    const sockets = await Promise.all(Array.from({ length: connections }, () => opened(port)));
    await Promise.all(sockets.map(drive));
  }
  const seconds = (performance.now() - begun) / 1000;
  const sorted = latencies.subarray(0, answered).toSorted();
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { perSecond: answered / seconds, p50: at(0.5), p99: at(0.99), refused };
}

/** One request on a connection of its own; the status of its answer. */
function exchanged(port: number, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(request));
    let seen = '';
    socket.on('data', (chunk: Buffer) => (seen += chunk.toString('latin1')));
    socket.once('error', reject);
    socket.once('close', () => resolve(seen.split(' ', 2)[1] ?? ''));
  });
}

function opened(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket));
    socket.setNoDelay(true);
    socket.once('error', reject);
  });
}

function signedRequest(path: string, port: number, key: Buffer, id: string, number: number): string {
  const timestamp = Math.floor(Date.now() / 1000);
  const requestId = number.toString(16).padStart(24, '0');
  const body = `{"type":"cluster.optimized","request_id":"${requestId}","padding":"${PADDING}"}`;
  const mac = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return (
    `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\naccept: */*\r\ncontent-type: application/json\r\n` +
    `user-agent: Svix-Webhooks/1.100\r\nsvix-id: ${id}\r\nsvix-timestamp: ${timestamp}\r\nsvix-signature: v1,${mac}\r\n` +
    `content-length: ${body.length}\r\n\r\n${body}`
  );
}
