/** Checks the connection to the API: proxy, DNS, TLS, an answer, its clock, and the key. */
import { UNUSED_ID } from '../../api/client.ts';
import { refusalOf } from '../../api/exchange.ts';
import { failureOfStatus, failureOfTransport, SANDBOX_KEY_HINT } from '../../api/failure.ts';
import { baseUrlBehind } from '../../api/redirect.ts';
import type { RefusalBody } from '../../api/refusal-body.ts';
import { NOT_THE_API } from '../../api/sanitize.ts';
import { proxyFor } from '../../lib/net/proxy.ts';
import { fault, ok, skipped, warning, type CheckResult } from './check-result.ts';
import { headerOf, TransportError } from '../../lib/net/http.ts';
import type { HttpResponse } from '../../lib/net/http.ts';
import { answerPath } from '../../kinds.ts';
import { redirectOf } from '../../lib/net/redirect.ts';
import { isLoopback } from '../../lib/net/loopback.ts';
import { CliError } from '../../errors.ts';
import type { CheckContext } from './check-context.ts';
import { BASE_URL } from './fix-commands.ts';
import { withoutVariable } from './setting-checks.ts';
import { formatDuration } from '../../lib/text/numbers.ts';

/** A webhook may be signed this long ago: `listen --tolerance`, Svix's own libraries. */
const MOST_SKEW_MS = 5 * 60 * 1000;
/** `Date` counts whole seconds, and the answer took time to arrive. */
const USUAL_SKEW_MS = 30 * 1000;

/** The results of proxy, network and clock, by one GET without the key. */
export async function checkNetwork(context: CheckContext, baseUrl: string): Promise<readonly CheckResult[]> {
  const { host, stop, flags } = context;
  const url = `${baseUrl}${answerPath('cluster', UNUSED_ID)}`;
  const proxy = proxyInUse(context, url);
  const started = host.clock.monotonic();
  try {
    const http = await host.http();
    const response = await http({
      method: 'GET',
      url,
      headers: { accept: 'application/json', 'user-agent': `optipick/${host.version}` },
      signal: stop,
      timeoutMs: flags.timeout,
      totalMs: flags.timeout,
    });
    const durationMs = Math.round(host.clock.monotonic() - started);
    const body = await refusalOf(response, context);
    const proxyResult = ok('proxy', proxy === undefined ? 'none in use' : `${proxy.shown} (${proxy.variable}) works`);
    const network = networkResult(context, { baseUrl, url }, response, body, durationMs);
    return [proxyResult, network, clockResult(context, response)];
  } catch (error) {
    stop.throwIfAborted();
    if (!(error instanceof TransportError)) throw error;
    if (error.kind.startsWith('proxy') && proxy !== undefined)
      return unusableProxy(context, proxy, context.redact(error.message));
    const { failure, message } = failureOfTransport(error, { method: 'GET', url, redact: context.redact });
    // Either the proxy or the API does not answer: a try without the proxy shows which.
    const suspect = isTimeout(error) ? proxy : undefined;
    return [
      proxy === undefined ? ok('proxy', 'none in use') : ok('proxy', `${proxy.shown} (${proxy.variable}) in use`),
      suspect === undefined
        ? fault('network', failure, message, fixOf(error, context, baseUrl))
        : fault(
            'network',
            failure,
            `${message}, through the proxy ${suspect.shown}`,
            context.fixes.unset(...suspect.variables),
          ),
      skipped('clock', 'the API does not answer'),
    ];
  }
}

function isTimeout({ kind }: TransportError): boolean {
  return kind === 'timeout' || kind === 'overdue';
}

/** Whether the API accepts the key, by a GET of an id that does not exist. */
export async function checkKeyAccepted(context: CheckContext, baseUrl: string): Promise<CheckResult> {
  const { clientFor, stop, flags, settings, fixes } = context;
  const { apiKey } = settings;
  if (apiKey === undefined) return skipped('key-accepted', 'there is no API key');
  const client = await clientFor(baseUrl, apiKey.value);
  try {
    await client.checkKey({ signal: stop, timeoutMs: flags.timeout, attempts: 1 });
    return ok('key-accepted', `${baseUrl} accepts the key`);
  } catch (error) {
    if (!(error instanceof CliError) || stop.aborted) throw error;
    if (error.code === 'key_rejected') {
      const why =
        error.hint === SANDBOX_KEY_HINT
          ? SANDBOX_KEY_HINT
          : 'it may be mistyped, of another account, or have expired (365 days after it was created by default; a new one: ' +
            'Settings > API Keys in the web application)';
      const fix = withoutVariable(context, apiKey, 'OPTIPICK_API_KEY', fixes.optipick('login'));
      return fault('key-accepted', 'auth', `${baseUrl} does not accept the key from ${apiKey.from}: ${why}`, fix);
    }
    const retry = fixes.optipick('doctor');
    // Too many requests: the API has not judged the key.
    if (error.status === 429) return warning('key-accepted', `not known yet: ${error.message}`, retry);
    return fault('key-accepted', error.failure, `the key could not be checked: ${error.message}`, retry);
  }
}

interface ProxyInUse {
  /** Without a user name and password. */
  readonly shown: string;
  /** The variable that sets it. */
  readonly variable: string;
  /** That variable, and the one that takes over without it. */
  readonly variables: readonly string[];
}

function proxyInUse({ host }: CheckContext, target: string): ProxyInUse | undefined {
  const url = new URL(target);
  const proxy = proxyFor(url, host.env);
  if (proxy === undefined) return undefined;
  const name = url.protocol === 'https:' ? 'https_proxy' : 'http_proxy';
  const variables = [name, name.toUpperCase()].filter((each) => (host.env[each] ?? '').trim() !== '');
  return { shown: URL.parse(proxy)?.host ?? 'not a URL', variable: variables[0] ?? name, variables };
}

function unusableProxy(
  { fixes }: CheckContext,
  { variable, variables }: ProxyInUse,
  message: string,
): readonly CheckResult[] {
  return [
    fault('proxy', 'unavailable', `${message}; it comes from ${variable}`, fixes.unset(...variables)),
    skipped('network', 'the proxy cannot be used'),
    skipped('clock', 'the proxy cannot be used'),
  ];
}

/** Any answer of the API itself is good: without a key it rejects the request. */
function networkResult(
  context: CheckContext,
  { baseUrl, url }: { readonly baseUrl: string; readonly url: string },
  response: HttpResponse,
  body: RefusalBody,
  durationMs: number,
): CheckResult {
  const { settings, fixes, redact } = context;
  const { status } = response;
  const { failure, message, code } = failureOfStatus(response, body, { method: 'GET', url, redact });
  if (code === NOT_THE_API) {
    const title = body.text === '' ? '' : `, "${body.text}"`;
    const message = `${baseUrl} answers with a web page (HTTP ${status}${title}): it is not the API, or a network that wants a login`;
    return fault('network', failure, message, fixes.change(BASE_URL, settings.baseUrl, undefined));
  }
  if (status >= 500) {
    return fault('network', 'unavailable', `${baseUrl} answers HTTP ${status}: try later`, fixes.optipick('doctor'));
  }
  if (status >= 300 && status < 400) {
    // An API that has moved redirects to the same path; a login page does not, and must not get the key.
    const target = redirectOf(response.headers, url);
    const base = target === undefined ? undefined : baseUrlBehind(target.url);
    const place = base === undefined || base === baseUrl ? undefined : redact(base);
    return fault('network', failure, message, fixes.change(BASE_URL, settings.baseUrl, place));
  }
  return ok('network', `${new URL(baseUrl).host} answers (${formatDuration(durationMs)})`);
}

function clockResult({ host }: CheckContext, response: HttpResponse): CheckResult {
  const date = headerOf(response.headers, 'date');
  const apiTime = date === undefined ? Number.NaN : Date.parse(date);
  if (Number.isNaN(apiTime)) return skipped('clock', 'the API sends no time');
  const skew = host.clock.now() - apiTime;
  const distance = Math.abs(skew);
  const seconds = Math.round(distance / 1000);
  if (distance <= USUAL_SKEW_MS) return ok('clock', 'agrees with the API');
  const message = `the clock of this machine is ${formatDuration(seconds * 1000)} ${skew > 0 ? 'ahead of' : 'behind'} the API's`;
  const fix = CLOCK_FIXES[host.platform] ?? 'sudo timedatectl set-ntp true';
  if (distance <= MOST_SKEW_MS) return warning('clock', message, fix);
  return fault('clock', 'environment', `${message}: webhooks are refused as too old or too new`, fix);
}

const CLOCK_FIXES: Readonly<Record<string, string>> = {
  darwin: 'sudo sntp -sS time.apple.com',
  win32: 'w32tm /resync',
};

function fixOf(error: TransportError, { settings, fixes }: CheckContext, baseUrl: string): string {
  const { kind } = error;
  const { hostname, port } = new URL(baseUrl);
  if (isTimeout(error)) return fixes.optipick('doctor --timeout 60s');
  if (kind === 'tls' && !isLoopback(hostname)) return fixes.setVariable('NODE_EXTRA_CA_CERTS', 'network-ca.pem');
  if (kind === 'not_tls' && isLoopback(hostname)) {
    return fixes.change(BASE_URL, settings.baseUrl, baseUrl.replace('https:', 'http:'));
  }
  if (kind === 'refused' && isLoopback(hostname)) return `optipick sandbox --port ${port === '' ? '80' : port}`;
  if (settings.baseUrl.source !== 'default') return fixes.change(BASE_URL, settings.baseUrl, undefined);
  return kind === 'dns' ? `nslookup ${hostname}` : `curl -v ${baseUrl}`;
}
