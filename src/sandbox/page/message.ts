/** One message: what was sent to each endpoint, and what was answered. */
import { isTestMessageId } from '../../ids.ts';
import { KINDS } from '../../kinds.ts';
import { maskUrl } from '../../lib/net/url-secrets.ts';
import { capitalized } from '../../lib/text/capitalized.ts';
import type { Html } from '../../lib/text/html.ts';
import { formatDuration } from '../../lib/text/numbers.ts';
import { page } from '../../output/html/html-template.ts';
import { bytesView, preOf } from '../../pages/bytes.ts';
import type { LiveParts } from '../../pages/live.ts';
import {
  actionButton,
  ageOf,
  copyable,
  facts,
  headerTable,
  stateMark,
  timeOf,
  type ShownState,
} from '../../pages/parts.ts';
import { commonHeaders } from '../webhooks/delivery-attempt.ts';
import type { Attempt, EndpointDelivery, Message } from '../webhooks/message.ts';
import type { PageParts } from './parts.ts';

type Delivered = Pick<EndpointDelivery, 'status' | 'attempts' | 'nextAttemptAt'>;

export function messageStanding({ deliveries }: Message): readonly [standing: ShownState, word: string] {
  if (deliveries.length === 0) return ['discarded', 'no endpoint'];
  const pending = deliveries.filter(({ status }) => status === 'pending');
  const [first] = pending.length > 0 ? pending : deliveries.filter(({ status }) => status === 'failed');
  return first === undefined ? ['done', 'delivered'] : deliveryStanding(first);
}

function deliveryStanding({ status, nextAttemptAt }: Delivered): readonly [standing: ShownState, word: string] {
  if (status === 'succeeded') return ['done', 'delivered'];
  if (status === 'failed') return ['failed', 'failed'];
  return nextAttemptAt === undefined ? ['working', 'sending'] : ['pending', 'retrying'];
}

/** `204`, `no answer`; of the newest attempt. */
export function answerWord({ deliveries }: Message): string {
  const attempts = deliveries.flatMap((delivery) => delivery.attempts).sort((a, b) => a.at - b.at);
  const last = attempts.at(-1);
  return last === undefined ? '' : String(last.status ?? 'no answer');
}

export function renderMessage(parts: PageParts, message: Message): Html {
  const live = messageParts(parts, message);
  return page`<article id="detail" class="detail" aria-labelledby="detail-title">
<a class="back" href="/">← Back to the sandbox</a>
${live['head']}
<div class="actions">
${actionButton('/page/resend', { label: 'Resend to all', key: 'r', fields: { message: message.id }, description: 'Resend to all its endpoints' })}
</div>
${live['deliveries']}
${bodies(message)}
</article>
`;
}

/** What changes while it is sent. */
export function messageParts({ clock, jobs, endpoints }: PageParts, message: Message): LiveParts {
  const now = clock.now();
  const { id, kind, requestId, createdAt, deliveries } = message;
  const [standing, word] = messageStanding(message);
  const job = jobs.find(requestId);
  const about =
    job === undefined
      ? copyable(requestId, 'the request id')
      : page`<a href="/jobs/${requestId}">${job.waveId ?? KINDS[kind].title}</a> ${copyable(requestId, 'the request id')}`;
  const test = isTestMessageId(id) ? page` <span class="mark">test</span>` : undefined;
  const head = page`<header id="head" data-state="${word}">
<p class="eyebrow">Webhook · ${KINDS[kind].event}${test}</p>
<h2 id="detail-title" tabindex="-1">${job?.waveId ?? requestId}</h2>
${facts([
  ['State', stateMark(standing, word)],
  ['Created', page`${timeOf(createdAt, now)} (${ageOf(createdAt, now)})`],
  ['Request', about],
  ['svix-id', copyable(id, 'the svix-id')],
])}</header>
`;
  const isDisabled = (endpointId: string): boolean => endpoints.find(endpointId)?.disabled !== undefined;
  const none = page`<p class="note">No endpoint subscribed to this event when it was created.</p>`;
  return {
    head,
    deliveries: page`<div id="deliveries">${
      deliveries.length === 0
        ? none
        : deliveries.map((delivery) => deliveryPart(delivery, isDisabled(delivery.endpointId), now))
    }</div>
`,
  };
}

/** One, unless the endpoints get it under different events. */
function bodies({ deliveries }: Message): Html | undefined {
  if (deliveries.length === 0) return undefined;
  const events = new Map(deliveries.map(({ body, eventType }) => [body, eventType]));
  const views = [...events].map(
    ([body, eventType], index) => page`${events.size === 1 ? undefined : page`<h3><code>${eventType}</code></h3>`}
${bytesView({ bytes: Buffer.from(body), json: body, name: `body-${index}` })}
`,
  );
  return page`<section aria-labelledby="body-title"><h2 id="body-title">Body</h2>
${views}</section>
`;
}

function deliveryPart(delivery: EndpointDelivery, isDisabled: boolean, now: number): Html {
  const { messageId, endpointId, url, attempts, nextAttemptAt } = delivery;
  const [standing, word] = deliveryStanding(delivery);
  const next =
    nextAttemptAt === undefined
      ? undefined
      : page`<p class="note">The next attempt is due at ${timeOf(nextAttemptAt, now)}.</p>`;
  const none = page`<p class="note">${isDisabled ? 'Nothing was sent: the endpoint is disabled.' : 'No attempt has ended yet.'}</p>`;
  const resendOne = actionButton('/page/resend', {
    label: 'Resend',
    fields: { message: messageId, endpoint: endpointId },
    description: `Resend to ${maskUrl(url)}`,
  });
  return page`<section id="to-${endpointId}" aria-labelledby="title-${endpointId}">
<div class="line spread"><h3 id="title-${endpointId}" class="to"><code>${maskUrl(url)}</code> ${stateMark(standing, word)}</h3>
${resendOne}</div>
${
  attempts.length === 0
    ? none
    : page`<ol class="timeline">
${attempts.map((attempt, index) => attemptItem(delivery, attempt, index + 1, now))}</ol>`
}
${next}
</section>
`;
}

const TRIGGERS: Readonly<Record<Attempt['trigger'], string>> = {
  scheduled: '',
  manual: 'resent',
  duplicate: 'duplicate',
};

function attemptItem({ url }: EndpointDelivery, attempt: Attempt, number: number, now: number): Html {
  const { id, at, trigger, headers, succeeded, status, error, answer, duration } = attempt;
  const mark = TRIGGERS[trigger] === '' ? undefined : page` <span class="mark">${TRIGGERS[trigger]}</span>`;
  const took = formatDuration(duration);
  const what = status === undefined ? capitalized(error ?? 'no answer') : `Answered ${status}`;
  const redirect = error?.includes(':') === true && status !== undefined ? `${error}. ` : '';
  const said =
    answer === ''
      ? undefined
      : page`<details class="fold" id="${id}-answer"><summary>Answer</summary>${preOf(answer)}</details>`;
  return page`<li id="${id}" class="${succeeded ? 'done' : 'failed'}"><h4>Attempt ${number} ${timeOf(at, now)}${mark}</h4>
<p>${redirect === '' ? `${what} after ${took}.` : redirect}</p>
<details class="fold" id="${id}-request"><summary>Request headers</summary>${headerTable(sentHeaders(url, headers))}</details>
${said}</li>
`;
}

/** Credentials of the address are not shown. */
function sentHeaders(url: string, own: Attempt['headers']): readonly (readonly [name: string, value: string])[] {
  return Object.entries({ ...commonHeaders(url), ...own }).map(([name, value]) => [
    name,
    name === 'authorization' ? 'Basic ***' : value,
  ]);
}
