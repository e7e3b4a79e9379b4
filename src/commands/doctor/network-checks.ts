/** The way to the API: proxy, DNS, TLS, an answer, its clock, and the key. */
import { NOBODYS_ID } from '../../api/client.ts';
import { refusalOf } from '../../api/exchange.ts';
import { failureOfStatus, failureOfTransport } from '../../api/failure.ts';
import { baseUrlBehind } from '../../api/redirect.ts';
import type { RefusalBody } from '../../api/refusal-body.ts';
import { NOT_THE_API } from '../../api/sanitize.ts';
import { proxyFor } from '../../lib/net/proxy.ts';
import { fault, ok, skipped, warning, type Outcome } from './finding.ts';
import { headerOf, TransportError } from '../../lib/net/http.ts';
import type { HttpResponse } from '../../lib/net/http.ts';
import { answerPath } from '../../kinds.ts';
import { redirectOf } from '../../lib/net/redirect.ts';
import { isLoopback } from '../../lib/net/loopback.ts';
import { CliError } from '../../errors.ts';
import type { Examination } from './check-context.ts';
import { BASE_URL } from './fix-commands.ts';
import { withoutVariable } from './setting-checks.ts';

/** A webhook may be signed this long ago: `listen --tolerance`, Svix's own libraries. */
const MOST_SKEW_MS = 5 * 60 * 1000;
/** `Date` counts whole seconds, and the answer was on its way. */
const USUAL_SKEW_MS = 30 * 1000;

/** In the order of the checks: proxy, network, clock. One GET without the key, whose answer does not matter. */
export async function checkNetwork(examination: Examination, baseUrl: string): Promise<readonly Outcome[]> {
  const { host, stop, flags } = examination;
  const url = `${baseUrl}${answerPath('cluster', NOBODYS_ID)}`;
  const proxy = proxyInUse(examination, url);
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
    const took = Math.round(host.clock.monotonic() - started);
    const body = await refusalOf(response, examination);
    const through = ok('proxy', proxy === undefined ? 'none in use' : `${proxy.shown} (${proxy.variable}) works`);
    const network = answered(examination, { baseUrl, url }, response, body, took);
    return [through, network, clockOf(examination, response)];
  } catch (error) {
    stop.throwIfAborted();
    if (!(error instanceof TransportError)) throw error;
    if (error.kind.startsWith('proxy') && proxy !== undefined)
      return unusableProxy(examination, proxy, examination.redact(error.message));
    const { failure, message } = failureOfTransport(error, { method: 'GET', url, redact: examination.redact });
    // Which of the two is silent cannot be told from here: without the proxy it shows.
    const silent = isSilence(error) ? proxy : undefined;
    return [
      proxy === undefined ? ok('proxy', 'none in use') : ok('proxy', `${proxy.shown} (${proxy.variable}) in use`),
      silent === undefined
        ? fault('network', failure, message, remedyOf(error, examination, baseUrl))
        : fault(
            'network',
            failure,
            `${message}, through the proxy ${silent.shown}`,
            examination.remedies.unset(...silent.variables),
          ),
      skipped('clock', 'the API does not answer'),
    ];
  }
}

function isSilence({ kind }: TransportError): boolean {
  return kind === 'timeout' || kind === 'overdue';
}

/** Whether the key is accepted: the GET of an id that nobody has. */
export async function checkKeyAccepted(examination: Examination, baseUrl: string): Promise<Outcome> {
  const { clientFor, stop, flags, settings, remedies } = examination;
  const { apiKey } = settings;
  if (apiKey === undefined) return skipped('key-accepted', 'there is no API key');
  const client = await clientFor(baseUrl, apiKey.value);
  try {
    const verdict = await client.checkKey({ signal: stop, timeoutMs: flags.timeout, attempts: 1 });
    if (verdict === 'accepted') return ok('key-accepted', `${baseUrl} accepts the key`);
    const message =
      `${baseUrl} does not accept the key from ${apiKey.from}: it may be mistyped, of another account, or have expired ` +
      '(365 days after it was made, unless chosen otherwise; a new one: Settings > API Keys in the web application)';
    const fix = withoutVariable(examination, apiKey, 'OPTIPICK_API_KEY', remedies.own('login'));
    return fault('key-accepted', 'auth', message, fix);
  } catch (error) {
    if (!(error instanceof CliError) || stop.aborted) throw error;
    const again = remedies.own('doctor');
    // Who is told to come again later was not refused.
    if (error.status === 429) return warning('key-accepted', `not known yet: ${error.message}`, again);
    return fault('key-accepted', error.failure, `the key could not be checked: ${error.message}`, again);
  }
}

interface ProxyInUse {
  /** Without a user name and password. */
  readonly shown: string;
  /** The variable that names it. */
  readonly variable: string;
  /** That one, and the one that would take its place. */
  readonly variables: readonly string[];
}

function proxyInUse({ host }: Examination, target: string): ProxyInUse | undefined {
  const url = new URL(target);
  const proxy = proxyFor(url, host.env);
  if (proxy === undefined) return undefined;
  const name = url.protocol === 'https:' ? 'https_proxy' : 'http_proxy';
  const variables = [name, name.toUpperCase()].filter((each) => (host.env[each] ?? '').trim() !== '');
  return { shown: URL.parse(proxy)?.host ?? 'not a URL', variable: variables[0] ?? name, variables };
}

function unusableProxy(
  { remedies }: Examination,
  { variable, variables }: ProxyInUse,
  message: string,
): readonly Outcome[] {
  return [
    fault('proxy', 'unavailable', `${message}; it comes from ${variable}`, remedies.unset(...variables)),
    skipped('network', 'the proxy cannot be used'),
    skipped('clock', 'the proxy cannot be used'),
  ];
}

/** Any answer will do that is the API's own: without a key it has reason to refuse. */
function answered(
  examination: Examination,
  { baseUrl, url }: { readonly baseUrl: string; readonly url: string },
  response: HttpResponse,
  body: RefusalBody,
  took: number,
): Outcome {
  const { settings, remedies, redact } = examination;
  const { status } = response;
  const { failure, message, code } = failureOfStatus(response, body, { method: 'GET', url, redact });
  if (code === NOT_THE_API) {
    const title = body.text === '' ? '' : `, "${body.text}"`;
    const words = `${baseUrl} answers with a web page (HTTP ${status}${title}): it is not the API, or a network that wants a login`;
    return fault('network', failure, words, remedies.change(BASE_URL, settings.baseUrl, undefined));
  }
  if (status >= 500) {
    return fault('network', 'unavailable', `${baseUrl} answers HTTP ${status}: try later`, remedies.own('doctor'));
  }
  if (status >= 300 && status < 400) {
    // An API that has moved sends the same path elsewhere; a page to log in at would get the key.
    const target = redirectOf(response.headers, url);
    const base = target === undefined ? undefined : baseUrlBehind(target.url);
    const place = base === undefined || base === baseUrl ? undefined : redact(base);
    return fault('network', failure, message, remedies.change(BASE_URL, settings.baseUrl, place));
  }
  return ok('network', `${new URL(baseUrl).host} answers (${took} ms)`);
}

function clockOf({ host }: Examination, response: HttpResponse): Outcome {
  const date = headerOf(response.headers, 'date');
  const theirs = date === undefined ? Number.NaN : Date.parse(date);
  if (Number.isNaN(theirs)) return skipped('clock', 'the API does not tell the time');
  const skew = host.clock.now() - theirs;
  const size = Math.abs(skew);
  const seconds = Math.round(size / 1000);
  if (size <= USUAL_SKEW_MS) return ok('clock', 'agrees with the API');
  const words = `the clock of this machine is ${duration(seconds)} ${skew > 0 ? 'ahead of' : 'behind'} the API's`;
  const fix = CLOCK_REMEDIES[host.platform] ?? 'sudo timedatectl set-ntp true';
  if (size <= MOST_SKEW_MS) return warning('clock', words, fix);
  return fault('clock', 'environment', `${words}: webhooks are refused as too old or too new`, fix);
}

const CLOCK_REMEDIES: Readonly<Record<string, string>> = {
  darwin: 'sudo sntp -sS time.apple.com',
  win32: 'w32tm /resync',
};

function duration(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}

function remedyOf(error: TransportError, { settings, remedies }: Examination, baseUrl: string): string {
  const { kind } = error;
  const { hostname, port } = new URL(baseUrl);
  if (isSilence(error)) return remedies.own('doctor --timeout 60s');
  if (kind === 'tls' && !isLoopback(hostname)) return remedies.exported('NODE_EXTRA_CA_CERTS', 'network-ca.pem');
  if (kind === 'refused' && isLoopback(hostname)) return `optipick sandbox --port ${port === '' ? '80' : port}`;
  if (settings.baseUrl.source !== 'default') return remedies.change(BASE_URL, settings.baseUrl, undefined);
  return kind === 'dns' ? `nslookup ${hostname}` : `curl -v ${baseUrl}`;
}
