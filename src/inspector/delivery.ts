/** One delivery: what it is, what became of it, and what can be done with it. */
import { lastErrorOf, isClaimed, type InboxEntry, type Step, type StepAnswer } from '../state/inbox.ts';
import { EXEC, SHOW, stepLabel } from '../state/delivery-steps.ts';
import { isTestMessageId } from '../ids.ts';
import type { Html } from '../lib/text/html.ts';
import { counted, formatBytes } from '../lib/text/numbers.ts';
import { utf8Text } from '../lib/bytes/utf8-text.ts';
import { KINDS } from '../kinds.ts';
import { page } from '../output/html/html-template.ts';
import { payloadOf } from '../webhooks/body-codings.ts';
import { headersOf, isPublicHeader } from '../webhooks/forward-headers.ts';
import { jsonTextOf } from '../webhooks/read-payload.ts';
import { bytesView, preOf } from '../pages/bytes.ts';
import { actionButton, ageOf, copyable, copyLink, facts, headerTable, stateMark, timeOf } from '../pages/parts.ts';
import type { LiveParts } from '../pages/live.ts';
import { resultFactsOf, standingOf } from './list.ts';
import type { InspectorParts } from './parts.ts';
import { renderVerdict } from './verdict.ts';

/** The delivery with that number; `undefined` when it is not there, or not any more. */
export async function findDelivery(
  { inbox }: Pick<InspectorParts, 'inbox'>,
  sequence: number,
): Promise<InboxEntry | undefined> {
  const [summary] = await inbox.list({ before: sequence + 1, limit: 1 });
  if (summary?.sequence !== sequence) return undefined;
  return (await inbox.find(summary.id)).find((each) => each.sequence === sequence);
}

/** The whole of it. `back`: the query of the list that it was opened from. */
export async function renderDelivery(parts: InspectorParts, delivery: InboxEntry, back: string): Promise<Html> {
  const { sequence, requestId, headers, body, receivedAt } = delivery;
  const path = `/deliveries/${sequence}`;
  const payload = payloadOf(headersOf(headers), body);
  // Secrets and results are those of one API.
  const isOurs = delivery.scope === parts.baseUrl;
  const verdict = isOurs ? await parts.verify({ headers: headersOf(headers), body, receivedAt }) : undefined;
  const live = await deliveryParts(parts, delivery);
  return page`<article id="detail" class="detail" aria-labelledby="detail-title">
<a class="back" href="/${back}">← All deliveries</a>
${live['head']}
<div class="actions">
${actionButton(`${path}/replay`, { label: 'Replay', key: 'r', description: 'Replay all that it owed' })}
<button type="button" class="needs-script" data-dialog="send" aria-keyshortcuts="e">Edit and send</button>
${copyLink(`${path}/curl`, 'Copy as curl', 'c')}
${copyLink(`${path}/http`, 'Copy as .http')}
${copyLink(`${path}/json`, 'Copy as JSON')}
${requestId === undefined ? undefined : page`<a class="button" href="${path}/report.html" download>HTML report</a>`}
${actionButton(`${path}/discard`, { label: 'Discard', confirm: 'Drop what this delivery still owes?', description: 'Discard what it still owes' })}
</div>
${isOurs ? resultPlace(delivery, path) : page`<p class="note">It is about another API, ${delivery.scope}: its result is seen in a page for that one.</p>`}
<section aria-labelledby="steps-title"><h2 id="steps-title">What became of it</h2>
${live['steps']}</section>
<section aria-labelledby="signature-title"><h2 id="signature-title">Signature</h2>
${renderVerdict(verdict, delivery.verified ? 'It was verified when it arrived.' : 'It was accepted without a check of its signature.')}</section>
<section aria-labelledby="body-title"><h2 id="body-title">Body</h2>
${bytesView({ bytes: body, json: jsonTextOf(payload), name: 'body' })}
<p class="note">${formatBytes(body.byteLength)}, as they arrived. <a href="${path}/body" download="${sequence}.body">Download</a></p></section>
<section aria-labelledby="headers-title"><h2 id="headers-title">Headers</h2>
${headerTable(headers.filter(([name]) => isPublicHeader(name)))}
${hiddenHeaders(headers)}</section>
${sendDialog(parts, path, payload)}
</article>
`;
}

/** What changes while it is worked on. */
export async function deliveryParts(
  { inbox, host, redact, listener }: InspectorParts,
  delivery: InboxEntry,
): Promise<LiveParts> {
  const now = host.clock.now();
  const answers = await inbox.answers(delivery.sequence);
  return {
    head: headOf(delivery, now, redact),
    steps: timeline(delivery, new Map(answers.map((answer) => [answer.step, answer])), { now, redact, listener }),
  };
}

function headOf(delivery: InboxEntry, now: number, redact: InspectorParts['redact']): Html {
  const error = lastErrorOf(delivery.steps);
  const { id, requestId, kind, event, receivedAt } = delivery;
  const result = resultFactsOf(delivery);
  const title = result?.waveId === undefined ? (requestId ?? id) : `Wave ${result.waveId}`;
  const what = [kind === undefined ? 'Webhook' : KINDS[kind].title, result?.siteName].filter(
    (each) => each !== undefined,
  );
  const test = isTestMessageId(id) ? page` <span class="mark">test</span>` : undefined;
  return page`<header id="head" data-state="${standingOf(delivery, now)}">
<p class="eyebrow">${what.join(' · ')}${test}</p>
<h2 id="detail-title" tabindex="-1">${title}</h2>
${facts([
  ['State', stateMark(standingOf(delivery, now))],
  ['Error', error && redact(error)],
  ['Received', page`${timeOf(receivedAt, now)} (${ageOf(receivedAt, now)})`],
  ['Request id', requestId === undefined ? undefined : copyable(requestId, 'the request id')],
  ['svix-id', copyable(id, 'the svix-id')],
  ['Event', event],
])}</header>
`;
}

function resultPlace({ requestId }: InboxEntry, path: string): Html | undefined {
  if (requestId === undefined) return undefined;
  return page`<section aria-labelledby="result-title"><h2 id="result-title">Result</h2>
<div id="result" data-load="${path}/result" data-keep aria-busy="true"><p class="loading"><a href="${path}/result" data-whole>Fetch the result</a></p></div></section>
`;
}

function hiddenHeaders(headers: InboxEntry['headers']): Html | undefined {
  const hidden = headers.filter(([name]) => !isPublicHeader(name)).length;
  if (hidden === 0) return undefined;
  return page`<p class="note">${counted(hidden, 'other header')} may hold credentials, and ${hidden === 1 ? 'is' : 'are'} not shown.</p>`;
}

interface TimelineFacts extends Pick<InspectorParts, 'redact' | 'listener'> {
  readonly now: number;
}

function timeline(delivery: InboxEntry, answers: ReadonlyMap<string, StepAnswer>, facts: TimelineFacts): Html {
  const { receivedAt, steps } = delivery;
  const nobody =
    facts.listener !== undefined
      ? undefined
      : page`<p class="note">No listener runs here: the next one that has a step does it.</p>`;
  return page`<div id="steps"><ol class="timeline">
<li class="done"><h3>Received ${timeOf(receivedAt, facts.now)}</h3><p class="note">Stored with all that it owes, then answered 204.</p></li>
${inOrder(steps).map((step) => stepItem(delivery, step, answers.get(step.name), facts))}</ol>${nobody}</div>
`;
}

function stepItem({ sequence }: InboxEntry, step: Step, answer: StepAnswer | undefined, facts: TimelineFacts): Html {
  const { now, redact } = facts;
  const isWorking = step.state === 'pending' && isClaimed(step, now);
  const standing = isWorking ? 'working' : step.state;
  const past = step.history.map(
    ({ at, error }) => page`<li>${timeOf(at, now)} ${redact(error)}</li>
`,
  );
  const again = isWorking
    ? undefined
    : actionButton(`/deliveries/${sequence}/replay`, {
        label: step.state === 'pending' ? 'Do it now' : 'Replay',
        fields: { step: step.name },
        description: `Replay ${nameOf(step)}`,
      });
  return page`<li class="${standing}"><h3>${nameOf(step)} ${stateMark(standing)} ${again}</h3>
${past.length === 0 ? undefined : page`<ol class="tries">${past}</ol>`}
<p>${stepText(step, isWorking, facts)}</p>
${answer === undefined ? undefined : answerPart(answer, now, redact)}</li>
`;
}

/** As they are done: the result first, then what works with it. */
function inOrder(steps: readonly Step[]): readonly Step[] {
  const places = [SHOW, EXEC];
  const placeOf = ({ name }: Step): number => (places.includes(name) ? places.indexOf(name) : places.length);
  return steps.toSorted((a, b) => placeOf(a) - placeOf(b));
}

const NAMES: Readonly<Record<string, string>> = { [SHOW]: 'Fetch and print the result', [EXEC]: 'Run the command' };

function nameOf({ name }: Step): string {
  return NAMES[name] ?? stepLabel(name).replace(/^forward /, 'Forward to ');
}

/** `Done at 14:03:59 after 3 attempts.` */
function stepText(
  { state, attempts, nextAttemptAt, settledAt, lastError, owner }: Step,
  isWorking: boolean,
  { now, redact, listener }: TimelineFacts,
): Html {
  const after = attempts === 0 ? '' : ` after ${counted(attempts, 'attempt')}`;
  const at = settledAt === undefined ? undefined : page` at ${timeOf(settledAt, now)}`;
  const worker = owner === listener ? 'this listener' : `another listener (${owner ?? ''})`;
  if (isWorking) return page`Attempt ${attempts} is under way, by ${worker}.`;
  if (state === 'done') return page`Done${at}${after}.`;
  if (state === 'discarded') return page`Dropped${at}${lastError === undefined ? '' : `: ${redact(lastError)}`}.`;
  if (state === 'failed') return page`Failed${at}${after}: ${redact(lastError ?? 'no reason is known')}.`;
  if (attempts === 0) return page`Not attempted yet.`;
  return page`The next attempt is due at ${timeOf(nextAttemptAt, now)}${after}.`;
}

function answerPart(
  { status, at, headers, body, isCut, step }: StepAnswer,
  now: number,
  redact: InspectorParts['redact'],
): Html {
  const text = utf8Text(body, true);
  const size = isCut ? `the first ${formatBytes(body.byteLength)}` : formatBytes(body.byteLength);
  const content =
    body.byteLength === 0
      ? page`<p class="note">Its body is empty.</p>`
      : text === undefined
        ? page`<p class="note">Its body (${size}) is not text.</p>`
        : page`${preOf(redact(text))}<p class="note">${size}</p>`;
  return page`<details class="fold" id="answer-${step}"><summary>Answered ${status} at ${timeOf(at, now)}</summary>
${headerTable(headers.map(([name, value]) => [name, redact(value)]))}
${content}</details>`;
}

function sendDialog({ places }: InspectorParts, path: string, payload: Uint8Array): Html {
  const text = utf8Text(payload, true) ?? '';
  const options = places.map(({ label }, index) => page`<option value="${index}">${label}</option>`);
  return page`<dialog id="send" data-keep aria-labelledby="send-title">
<h2 id="send-title">Edit and send</h2>
<p class="note">Signed anew with the stored secret, under an id of its own that marks it as a test.</p>
<form class="send" method="post" action="${path}/send" data-act>
<label for="send-body">Body</label>
<textarea id="send-body" name="body" spellcheck="false">
${text}</textarea>
<div class="line"><label for="send-place">To</label>
<select id="send-place" name="place">${options}<option value="other">Another address</option></select>
<input name="url" aria-label="Another address" placeholder="localhost:3000/hooks"></div>
<div class="line"><button class="strong">Send</button><button type="button" data-close>Close</button></div>
<div class="outcome" aria-live="polite"></div>
</form></dialog>
`;
}
