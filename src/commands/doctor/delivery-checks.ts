/** Checks the port, and the whole path of a webhook: a signed message is sent to a real listener. */
import { fault, ok, skipped, warning, type CheckResult } from './check-result.ts';
import { readText, TransportError, type Http } from '../../lib/net/http.ts';
import { CliError, messageOf, systemCodeOf } from '../../errors.ts';
import type { Sourced } from '../../settings/settings.ts';
import type { Host, Server } from '../../platform/host.ts';
import { deliveryResult, type SentMessage } from './delivery-verdict.ts';
import { createDeliveryTest, type DeliveryTest } from './delivery-test.ts';
import type { CheckContext } from './check-context.ts';
import { PORT } from './fix-commands.ts';
import { nextFreePort } from '../../platform/server/free-port.ts';

const ADDRESS = '127.0.0.1';
const HEALTH_TIMEOUT_MS = 1000;
const MAX_BODY_BYTES = 1024 * 1024;
/** A gateway may answer before it passes the request on. */
const LATE_ARRIVAL_MS = 3000;

/** The results of port and delivery. The user's inbox is not touched. */
export async function checkDelivery(context: CheckContext): Promise<readonly CheckResult[]> {
  const { host, settings, flags, settingsUnreadable } = context;
  const port = flags.port === undefined ? settings.port : { value: flags.port, source: 'flag' as const };
  if (settingsUnreadable && port.source === 'default') {
    const why = 'the settings file cannot be read';
    return [skipped('port', why), skipped('delivery', why)];
  }
  let test: DeliveryTest;
  try {
    test = await createDeliveryTest(host, flags.path);
  } catch (error) {
    if (systemCodeOf(error) === undefined) throw error;
    const message = `no temporary folder can be created: ${messageOf(error)}`;
    const fix = context.fixes.unset('TMPDIR');
    return [skipped('port', 'no listener can be started'), fault('delivery', 'environment', message, fix)];
  }
  try {
    const { server, result } = await openPort(context, test.app, port);
    if (server === undefined) {
      return [result, skipped('delivery', 'the port cannot be opened')];
    }
    try {
      return [result, await deliver(context, test, server)];
    } finally {
      await server.close(0);
    }
  } finally {
    await test.close();
  }
}

async function openPort(
  { host, fixes, flags }: CheckContext,
  app: Http,
  { value, source }: Pick<Sourced<number>, 'value' | 'source'>,
): Promise<{ readonly server: Server | undefined; readonly result: CheckResult }> {
  const serve = (port: number): Promise<Server> =>
    host.serve(app, { host: ADDRESS, port, maxBodyBytes: MAX_BODY_BYTES });
  try {
    const server = await serve(value);
    const message = value === 0 ? 'any free one is taken (0)' : `${value} on ${ADDRESS} is free`;
    return { server, result: ok('port', message) };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    const other = await nextFreePort(serve, value);
    if (error.code === 'port_in_use' && (await isListener(host, value))) {
      const message = `an optipick listener is running on port ${value}; the path to it is not checked while it runs`;
      const result = warning('port', message, fixes.optipick(`doctor --port ${other}`));
      return { server: flags.publicUrl === undefined ? await serve(0) : undefined, result };
    }
    const fix = fixes.change(PORT, { source }, String(other));
    return { server: undefined, result: fault('port', error.failure, error.message, fix) };
  }
}

/** Whether an optipick listener has the port, by `GET /healthz`. */
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
    // No answer, another protocol or no JSON: it is another program.
    if (error instanceof TransportError || error instanceof SyntaxError || error instanceof RangeError) return false;
    throw error;
  }
}

async function deliver(context: CheckContext, test: DeliveryTest, server: Server): Promise<CheckResult> {
  const { host, stop, flags } = context;
  const isPublic = flags.publicUrl !== undefined;
  const url = flags.publicUrl === undefined ? `${server.url}${test.path}` : withPath(flags.publicUrl, test.path);
  const http = await host.http({ direct: !isPublic });
  const started = host.clock.monotonic();
  const sent = test.message();
  const result = (answer: SentMessage['answer'], durationMs: number): CheckResult =>
    deliveryResult({
      url,
      sent,
      port: server.port,
      path: test.path,
      isPublic,
      context,
      answer,
      durationMs,
      arrived: test.arrived(),
      otherRequests: test.otherRequests(),
    });
  try {
    const { timeout } = flags;
    const response = await http({ method: 'POST', url, ...sent, signal: stop, timeoutMs: timeout, totalMs: timeout });
    for await (const _chunk of response.body ?? []) break;
    const isAccepted = response.status >= 200 && response.status < 300;
    if (isAccepted) await test.arrival(Math.min(LATE_ARRIVAL_MS, flags.timeout), stop);
    return result(response, Math.round(host.clock.monotonic() - started));
  } catch (error) {
    stop.throwIfAborted();
    if (!(error instanceof TransportError)) throw error;
    return result(error, 0);
  }
}

/** A URL without a path gets that of the listener. */
function withPath(publicUrl: string, path: string): string {
  const url = new URL(publicUrl);
  if (url.pathname === '/') url.pathname = path;
  return url.href;
}
