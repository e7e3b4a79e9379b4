/** One delivery that was rejected, and why. */
import type { Html } from '../lib/text/html.ts';
import { formatBytes } from '../lib/text/numbers.ts';
import { page } from '../output/html/html-template.ts';
import { payloadOf } from '../webhooks/body-codings.ts';
import { headersOf } from '../webhooks/forward-headers.ts';
import { jsonTextOf } from '../webhooks/read-payload.ts';
import { bytesView } from '../pages/bytes.ts';
import { ageOf, copyable, facts, headerTable, stateMark, timeOf } from '../pages/parts.ts';
import type { StoredRejection } from '../state/rejections.ts';
import type { InspectorParts } from './parts.ts';
import { renderVerdict } from './verdict.ts';

export async function renderRejection(
  { host, verify }: InspectorParts,
  rejection: StoredRejection,
  back: string,
): Promise<Html> {
  const { status, reason, detail, id, receivedAt, headers, body, bodySize } = rejection;
  const now = host.clock.now();
  const isWhole = body !== undefined && (bodySize ?? body.byteLength) === body.byteLength;
  const verdict = isWhole ? await verify({ headers: headersOf(headers), body, receivedAt }) : undefined;
  return page`<article id="detail" class="detail" aria-labelledby="detail-title">
<a class="back" href="/${back}">← All deliveries</a>
<header id="head">
<p class="eyebrow">Rejected with ${status}</p>
<h2 id="detail-title" tabindex="-1">${reason.replaceAll('_', ' ')}</h2>
${facts([
  ['State', stateMark('rejected')],
  ['Why', detail],
  ['Received', page`${timeOf(receivedAt, now)} (${ageOf(receivedAt, now)})`],
  ['Claimed id', id === undefined ? undefined : copyable(id, 'the id that it claims')],
])}</header>
<section aria-labelledby="signature-title"><h2 id="signature-title">Signature</h2>
${renderVerdict(verdict, isWhole ? 'It was rejected, and nothing was done for it.' : 'It was rejected before its body was read.')}</section>
<section aria-labelledby="body-title"><h2 id="body-title">Body</h2>
${bodyPart(rejection)}</section>
<section aria-labelledby="headers-title"><h2 id="headers-title">Headers</h2>
${headerTable(headers)}</section>
</article>
`;
}

function bodyPart({ body, bodySize, headers }: StoredRejection): Html {
  if (body === undefined) return page`<p class="note">It was not read.</p>`;
  const size = bodySize ?? body.byteLength;
  const isWhole = size === body.byteLength;
  const json = isWhole ? jsonTextOf(payloadOf(headersOf(headers), body)) : undefined;
  const note = isWhole
    ? formatBytes(size)
    : `The first ${formatBytes(body.byteLength)} of ${formatBytes(size)} are stored.`;
  return page`${bytesView({ bytes: body, json, size, name: 'body' })}<p class="note">${note}</p>`;
}
