/** What a page can do with a delivery. */
import { CliError } from '../errors.ts';
import { formatDuration } from '../lib/text/numbers.ts';
import type { Html } from '../lib/text/html.ts';
import { page } from '../output/html/html-template.ts';
import { isAccepted, type TestAnswer } from '../webhooks/testing/test-answer.ts';
import type { InboxEntry } from '../state/inbox.ts';
import { preOf } from '../pages/bytes.ts';
import type { PageOutcome } from '../pages/document.ts';
import type { InspectorParts } from './parts.ts';

export const ACTIONS = ['replay', 'discard', 'send'] as const;

export type Action = (typeof ACTIONS)[number];

export async function act(
  parts: InspectorParts,
  delivery: InboxEntry,
  action: Action,
  form: URLSearchParams,
): Promise<PageOutcome> {
  switch (action) {
    case 'replay':
      return await replay(parts, delivery, form.get('step') ?? undefined);
    case 'discard':
      return await discard(parts, delivery);
    case 'send':
      return await send(parts, form);
  }
}

async function replay(
  { inbox, host, wake, listener, baseUrl }: InspectorParts,
  { sequence, scope }: InboxEntry,
  step: string | undefined,
): Promise<PageOutcome> {
  if (scope !== baseUrl) return { ok: false, text: `It is about another API: ${scope}` };
  const reopened = await inbox.reopen([sequence], host.clock.now(), step);
  if (reopened === 0) return { ok: false, text: 'It is being worked on' };
  wake();
  return { ok: true, text: listener !== undefined ? 'Replaying' : 'Due now: the next listener does it' };
}

async function discard({ inbox, host }: InspectorParts, { sequence }: InboxEntry): Promise<PageOutcome> {
  const count = await inbox.discard([sequence], host.clock.now());
  return count === 0 ? { ok: false, text: 'It owes nothing' } : { ok: true, text: 'Discarded what it still owed' };
}

async function send({ places, sendTest }: InspectorParts, form: URLSearchParams): Promise<PageOutcome> {
  // Browsers send a line end as two characters; a delivery has one.
  const body = (form.get('body') ?? '').replaceAll('\r\n', '\n');
  const place = places[Number(form.get('place') ?? '')]?.url ?? form.get('url') ?? '';
  try {
    const { id, answer } = await sendTest(place, Buffer.from(body));
    return { ok: isAccepted(answer), text: sentText(answer), outcome: renderAnswer(id, answer) };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    // Its message names an option of the command line.
    return {
      ok: false,
      text: error.code === 'bad_target_url' ? 'That is not the http or https URL of an endpoint' : error.message,
    };
  }
}

function sentText(answer: TestAnswer): string {
  return answer.status === undefined ? `Not sent: ${answer.error}` : `Answered ${answer.status}`;
}

function renderAnswer(id: string, answer: TestAnswer): Html {
  const took = formatDuration(answer.durationMs);
  if (answer.status === undefined) return page`<p class="bad">${answer.error} (${took})</p>`;
  const body = answer.body.trim() === '' ? undefined : preOf(answer.body);
  return page`<p><code>${id}</code> was answered <strong class="${isAccepted(answer) ? 'good' : 'bad'}">${answer.status}</strong> in ${took}.</p>${body}`;
}
