/** A delivery in forms that can be pasted elsewhere. */
import type { InboxEntry } from '../state/inbox.ts';
import { LONGEST_ARGUMENT, posixQuoted } from '../lib/text/shell-words.ts';
import { isPublicHeader } from '../webhooks/forward-headers.ts';
import { renderRecord } from '../webhooks/receiver/recording.ts';
import { headersOf } from '../webhooks/forward-headers.ts';

/** What it is sent to: where services in development usually are. */
const PLACE = 'http://127.0.0.1:3000/hooks';

/** A curl command for a POSIX shell that sends the exact bytes under the same id, timestamp and signature. */
export function curlOf({ headers, body }: Pick<InboxEntry, 'headers' | 'body'>): string {
  const lines = headers
    .filter(([name]) => isPublicHeader(name) || name === 'content-encoding')
    .map(([name, value]) => `-H ${posixQuoted(`${name}: ${value}`)}`);
  // Without one, curl would say that it is a form.
  if (!headers.some(([name]) => name === 'content-type')) lines.push("-H 'content-type:'");
  const text = Buffer.from(body).toString('utf8');
  const isArgument = body.byteLength <= LONGEST_ARGUMENT && Buffer.from(text).equals(body) && !text.includes('\0');
  const [before, data] = isArgument
    ? ['', `--data-raw ${posixQuoted(text)}`]
    : [`printf %s ${posixQuoted(Buffer.from(body).toString('base64'))} | base64 -d | `, '--data-binary @-'];
  return `${[`${before}curl -sS ${PLACE}`, ...lines, data].join(' \\\n  ')}\n`;
}

/** As a file of `listen --record`, which `verify`, `events replay` and editors read. */
export function recordOf({ headers, body, receivedAt }: InboxEntry): Uint8Array {
  return renderRecord({ method: 'POST', path: '/webhook', headers: headersOf(headers), body, receivedAt, status: 204 });
}
