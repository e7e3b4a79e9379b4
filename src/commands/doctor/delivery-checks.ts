/** The port, and the whole path of a webhook: the real listener, and a signed message that must arrive there. */
import { fault, ok, skipped, warning, type Outcome } from './finding.ts';
import { readText, type Http } from '../../lib/net/http.ts';
import { TransportError } from '../../lib/net/http.ts';
import { CliError, messageOf, systemCodeOf } from '../../errors.ts';
import type { Host, Server } from '../../platform/host.ts';
import { judgeDelivery } from './delivery-verdict.ts';
import { createDeliveryTest, type DeliveryTest } from './delivery-test.ts';
import type { Examination } from './check-context.ts';
import { PORT } from './fix-commands.ts';

const ADDRESS = '127.0.0.1';
/** How many ports above a taken one are tried for a free one to propose. */
const NEIGHBOURS = 20;
const HEALTH_TIMEOUT_MS = 1000;
const MAX_BODY_BYTES = 1024 * 1024;
/** A gateway may answer first and pass on afterwards. */
const LATE_ARRIVAL_MS = 3000;

/** In the order of the checks: port, delivery. The user's inbox is not touched. */
export async function checkDelivery(examination: Examination): Promise<readonly Outcome[]> {
  const { host, settings, flags, storeUnknown } = examination;
  const port = flags.port === undefined ? settings.port : { value: flags.port, source: 'flag' as const };
  if (storeUnknown && port.source === 'default') {
    const why = 'the settings file cannot be read';
    return [skipped('port', why), skipped('delivery', why)];
  }
  let test: DeliveryTest;
  try {
    test = await createDeliveryTest(host, flags.path);
  } catch (error) {
    if (systemCodeOf(error) === undefined) throw error;
    const message = `no temporary folder can be made: ${messageOf(error)}`;
    const fix = examination.remedies.unset('TMPDIR');
    return [skipped('port', 'no listener can be started'), fault('delivery', 'environment', message, fix)];
  }
  try {
    const { server, outcome } = await openPort(examination, test.app, port);
    if (server === undefined) {
      return [outcome, skipped('delivery', 'the port cannot be had')];
    }
    try {
      return [outcome, await deliver(examination, test, server)];
    } finally {
      await server.close(0);
    }
  } finally {
    await test.close();
  }
}

interface OpenedPort {
  readonly server: Server | undefined;
  readonly outcome: Outcome;
}

async function openPort(
  { host, remedies, flags }: Examination,
  app: Http,
  { value, source }: { readonly value: number; readonly source: 'flag' | 'environment' | 'profile' | 'default' },
): Promise<OpenedPort> {
  const serve = (port: number): Promise<Server> =>
    host.serve(app, { host: ADDRESS, port, maxBodyBytes: MAX_BODY_BYTES });
  try {
    const server = await serve(value);
    const words = value === 0 ? 'any free one is taken (0)' : `${value} on ${ADDRESS} is free`;
    return { server, outcome: ok('port', words) };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    const other = await freePort(serve, value);
    if (error.code === 'port_in_use' && (await isListener(host, value))) {
      const message = `an optipick listener is running on port ${value}; the path to it is not checked while it runs`;
      const outcome = warning('port', message, remedies.own(`doctor --port ${other}`));
      return { server: flags.publicUrl === undefined ? await serve(0) : undefined, outcome };
    }
    const fix = remedies.change(PORT, { source }, String(other));
    return { server: undefined, outcome: fault('port', error.failure, error.message, fix) };
  }
}

/** The next port that can be had; 0 when there is none nearby. */
async function freePort(serve: (port: number) => Promise<Server>, taken: number): Promise<number> {
  const first = Math.max(1024, taken + 1);
  for (let port = first; port < first + NEIGHBOURS && port <= 65_535; port += 1) {
    try {
      const server = await serve(port);
      await server.close(0);
      return port;
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
    }
  }
  return 0;
}

/** Whether what has the port is a listener of ours: `GET /healthz`. */
async function isListener(host: Host, port: number): Promise<boolean> {
  try {
    const http = await host.http({ direct: true });
    const url = `http://${ADDRESS}:${port}/healthz`;
    const response = await http({
      method: 'GET',
      url,
      headers: {},
      timeoutMs: HEALTH_TIMEOUT_MS,
      totalMs: HEALTH_TIMEOUT_MS,
    });
    const health: unknown = JSON.parse(await readText(response.body, 10_000));
    return typeof health === 'object' && health !== null && 'duplicates' in health && 'rejected' in health;
  } catch (error) {
    // Silence, another protocol, no JSON: it is something else.
    if (error instanceof TransportError || error instanceof SyntaxError || error instanceof RangeError) return false;
    throw error;
  }
}

async function deliver(examination: Examination, test: DeliveryTest, server: Server): Promise<Outcome> {
  const { host, stop, flags } = examination;
  const isPublic = flags.publicUrl !== undefined;
  const url = flags.publicUrl === undefined ? `${server.url}${test.path}` : withPath(flags.publicUrl, test.path);
  const http = await host.http({ direct: !isPublic });
  const started = host.clock.monotonic();
  const sent = test.message();
  const judged = { url, sent, port: server.port, path: test.path, isPublic, examination };
  try {
    const { timeout } = flags;
    const response = await http({ method: 'POST', url, ...sent, signal: stop, timeoutMs: timeout, totalMs: timeout });
    for await (const _chunk of response.body ?? []) break;
    const isTaken = response.status >= 200 && response.status < 300;
    if (isTaken) await test.arrival(Math.min(LATE_ARRIVAL_MS, flags.timeout), stop);
    const took = Math.round(host.clock.monotonic() - started);
    return judgeDelivery({ ...judged, answer: response, arrived: test.arrived(), strangers: test.strangers(), took });
  } catch (error) {
    stop.throwIfAborted();
    if (!(error instanceof TransportError)) throw error;
    return judgeDelivery({ ...judged, answer: error, arrived: test.arrived(), strangers: test.strangers(), took: 0 });
  }
}

/** An address without a path means the path that the listener has. */
function withPath(publicUrl: string, path: string): string {
  const url = new URL(publicUrl);
  if (url.pathname === '/') url.pathname = path;
  return url.href;
}
