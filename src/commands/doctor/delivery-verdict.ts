/** Explains what happened to the test message on its way. Pure. */
import { fault, ok, type CompletedCheck } from './check-result.ts';
import { headerOf, TransportError, type HttpResponse } from '../../lib/net/http.ts';
import { maskUrl } from '../../lib/net/url-secrets.ts';
import type { Arrival, TestMessage } from './delivery-test.ts';
import { SVIX_HEADERS } from '../../webhooks/signature-headers.ts';
import type { CheckContext } from './check-context.ts';
import { formatDuration } from '../../lib/text/numbers.ts';
import { differentBody } from '../../webhooks/diagnosis/changes/body-change.ts';
import { payloadOf } from '../../webhooks/body-codings.ts';

export interface SentMessage {
  /** Where it was sent. */
  readonly url: string;
  readonly sent: TestMessage;
  /** The port and path of the listener. */
  readonly port: number;
  readonly path: string;
  /** Whether the user gave the URL. */
  readonly isPublic: boolean;
  readonly context: Pick<CheckContext, 'fixes' | 'settings' | 'redact'>;
  readonly answer: Pick<HttpResponse, 'status' | 'headers'> | TransportError;
  /** `undefined` when nothing reached the port. */
  readonly arrived: Arrival | undefined;
  /** How many requests arrived that were not the message. */
  readonly otherRequests: number;
  readonly durationMs: number;
}

/** Names the place where the message was lost, changed or rejected. */
export function deliveryResult(facts: SentMessage): CompletedCheck {
  const { arrived, answer, port, isPublic, durationMs } = facts;
  const shown = maskUrl(facts.url);
  if (arrived !== undefined) return arrivalResult(facts, arrived, shown);
  const { fixes, redact } = facts.context;
  const useRelay = fixes.optipick('listen --relay');
  if (answer instanceof TransportError) {
    if (answer.kind.startsWith('proxy')) {
      const message = `${shown} could not be tried (${redact(answer.message)})`;
      return fault('delivery', 'unavailable', message, fixes.unset('HTTPS_PROXY', 'HTTP_PROXY'));
    }
    const what = isPublic ? `nothing can be sent to ${shown}` : 'a listener on this machine cannot be reached';
    return fault(
      'delivery',
      'unavailable',
      `${what} (${redact(answer.message)})`,
      isPublic ? useRelay : fixes.optipick('doctor --port 0'),
    );
  }
  const { status } = answer;
  if (facts.otherRequests > 0) {
    const message =
      `something arrived at port ${port} by ${shown}, but with other headers and another body, ` +
      'so both are replaced on the way';
    return fault('delivery', 'signature', message, useRelay);
  }
  if (status >= 300 && status < 400) {
    const target = URL.parse(redact(headerOf(answer.headers, 'location') ?? ''), facts.url);
    const message = `${shown} redirects (HTTP ${status}), which senders of webhooks do not follow`;
    const fix =
      target === null
        ? useRelay
        : fixes.optipick(`doctor --public-url ${fixes.quote(target.origin + target.pathname)}`);
    return fault('delivery', 'unavailable', message, fix);
  }
  const message =
    `${shown} answered HTTP ${status} after ${formatDuration(durationMs)}, and nothing arrived at port ${port}, so it leads elsewhere; ` +
    `let the tunnel or proxy send to http://127.0.0.1:${port}`;
  return fault('delivery', 'unavailable', message, useRelay);
}

function arrivalResult(facts: SentMessage, arrived: Arrival, shown: string): CompletedCheck {
  const { answer, sent, path, context, durationMs } = facts;
  const { fixes, redact } = context;
  const useRelay = fixes.optipick('listen --relay');
  const record = fixes.optipick('listen --record deliveries');
  const { status } = arrived;
  if (status === 405) {
    const message = `it arrived by ${shown} as a ${arrived.method} and not as a POST, so the method was changed`;
    return fault('delivery', 'unavailable', message, useRelay);
  }
  if (status === 404) {
    const target = redact(arrived.target).replace(/[?#].*$/s, '');
    const message = `it arrived by ${shown} at the path ${target}, and the listener accepts ${path === '' ? '/' : path} only`;
    return fault('delivery', 'unavailable', message, fixes.optipick(`listen --path ${fixes.quote(target)}`));
  }
  if (status >= 400 && status < 500) {
    return fault(
      'delivery',
      'signature',
      `it arrived by ${shown} and did not verify because ${redact(changeOf(sent, arrived))}`,
      record,
    );
  }
  if (status >= 300) {
    const message = `it arrived by ${shown}, and the listener answered HTTP ${status} because its temporary inbox cannot be written`;
    return fault('delivery', 'environment', message, fixes.unset('TMPDIR'));
  }
  const reported = answer instanceof TransportError ? redact(answer.message) : `HTTP ${answer.status}`;
  if (answer instanceof TransportError || answer.status < 200 || answer.status >= 300) {
    const message = `it arrived by ${shown} and was stored, but the sender got another answer (${reported}) and would retry`;
    return fault('delivery', 'unavailable', message, useRelay);
  }
  return ok(
    'delivery',
    `a signed webhook to ${shown} arrived, verified and was stored (${formatDuration(durationMs)})`,
  );
}

/** What was changed on the way, in words. */
function changeOf(sent: TestMessage, arrived: Arrival): string {
  const changes = changesOf(sent, arrived);
  return changes.length === 0 ? 'of an unknown change' : changes.join(', and ');
}

function changesOf(sent: TestMessage, { headers, body }: Arrival): readonly string[] {
  const changes: string[] = [];
  for (const name of SVIX_HEADERS) {
    const value = headerOf(headers, name);
    if (value === undefined) changes.push(`the header ${name} was removed`);
    else if (value !== sent.headers[name]) changes.push(`the header ${name} was modified`);
  }
  const bytes = Buffer.from(sent.body);
  const plain = payloadOf(headers, body);
  if (!bytes.equals(plain)) {
    const { summary, evidence, difference } = differentBody(bytes, plain);
    const facts = `${evidence.change}, ${bytes.byteLength} bytes sent, ${plain.byteLength} received`;
    changes.push(`${summary} (${facts}, first difference at byte ${difference?.offset ?? 0})`);
  }
  const type = headerOf(headers, 'content-type');
  if (type !== sent.headers['content-type'])
    changes.push(type === undefined ? 'the content type was removed' : `the content type is now ${type}`);
  return changes;
}
