/** What the forms of the page do. */
import { CliError } from '../../errors.ts';
import { createRequestId, createTestMessageId } from '../../ids.ts';
import { isKind, KINDS } from '../../kinds.ts';
import { completeLoopbackUrl } from '../../lib/net/loopback.ts';
import { capitalized } from '../../lib/text/capitalized.ts';
import { counted, formatPercent } from '../../lib/text/numbers.ts';
import { page } from '../../output/html/html-template.ts';
import type { PageOutcome } from '../../pages/document.ts';
import { copyable } from '../../pages/parts.ts';
import { FAULT_NAMES } from '../faults.ts';
import type { PageParts } from './parts.ts';

type PageAction = (parts: PageParts, form: URLSearchParams) => PageOutcome;

const ACTIONS: ReadonlyMap<string, PageAction> = new Map([
  ['add-endpoint', addEndpoint],
  ['endpoint', changeEndpoint],
  ['resend', resend],
  ['test-event', sendTestEvent],
  ['fault', setFault],
  ['reset', reset],
]);

/** `undefined`: there is no such action. */
export function act(parts: PageParts, action: string, form: URLSearchParams): PageOutcome | undefined {
  try {
    return ACTIONS.get(action)?.(parts, form);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return { ok: false, text: capitalized(error.message) };
  }
}

function addEndpoint({ endpoints }: PageParts, form: URLSearchParams): PageOutcome {
  const events = (form.get('events') ?? '').split(/[\s,]+/).filter((pattern) => pattern !== '');
  endpoints.add(completeLoopbackUrl(form.get('url') ?? ''), { events });
  return { ok: true, text: 'Added the endpoint' };
}

function changeEndpoint({ endpoints, outbox }: PageParts, form: URLSearchParams): PageOutcome {
  const endpoint = endpoints.find(form.get('endpoint') ?? '');
  if (endpoint === undefined) return { ok: false, text: 'There is no such endpoint' };
  const { id } = endpoint;
  switch (form.get('do') ?? '') {
    case 'disable':
      outbox.disable(id, 'disabled by hand');
      return { ok: true, text: 'Disabled the endpoint' };
    case 'enable':
      outbox.enable(id);
      return { ok: true, text: 'Enabled the endpoint' };
    case 'recover': {
      const missed = outbox.recover(id, 0);
      return { ok: true, text: missed === 0 ? 'It has missed nothing' : `Resending ${counted(missed, 'webhook')}` };
    }
    case 'rotate': {
      const secret = endpoints.rotate(id);
      const note = page`<p class="note">The new secret. Old and new sign for a day.</p>`;
      return { ok: true, text: 'Rotated the secret', outcome: page`${note}${copyable(secret, 'the secret')}` };
    }
    case 'secret': {
      const [secret = ''] = endpoints.secretsOf(id);
      return { ok: true, text: 'The secret is shown', outcome: copyable(secret, 'the secret') };
    }
    default:
      return { ok: false, text: 'That cannot be done with an endpoint' };
  }
}

function resend({ outbox }: PageParts, form: URLSearchParams): PageOutcome {
  const message = outbox.find(form.get('message') ?? '');
  if (message === undefined) return { ok: false, text: 'There is no such webhook' };
  const count = outbox.resend(message, form.get('endpoint') ?? undefined);
  if (count === 0) return { ok: false, text: 'No endpoint subscribes to it' };
  return { ok: true, text: `Resending to ${counted(count, 'endpoint')}` };
}

/** About the last job that is done; else about a request that does not exist, under an id that says so. */
function sendTestEvent({ jobs, outbox, site, clock, randomBytes }: PageParts, form: URLSearchParams): PageOutcome {
  const kind = form.get('kind') ?? '';
  if (!isKind(kind)) return { ok: false, text: 'There is no such event' };
  const job = jobs.list().findLast((each) => each.kind === kind && each.answer !== undefined);
  const requestId = createRequestId(clock.now(), randomBytes);
  const { deliveries } =
    job === undefined
      ? outbox.publish({ kind, siteName: site.name, requestId }, createTestMessageId(randomBytes))
      : outbox.publish(job);
  if (deliveries.length === 0) return { ok: false, text: `No endpoint subscribes to ${KINDS[kind].event}` };
  const about = job === undefined ? 'a request that does not exist' : `the last ${kind}`;
  return { ok: true, text: `Sending to ${counted(deliveries.length, 'endpoint')}, about ${about}` };
}

function setFault({ injector }: PageParts, form: URLSearchParams): PageOutcome {
  const fault = FAULT_NAMES.find((name) => name === form.get('fault'));
  if (fault === undefined) return { ok: false, text: 'There is no such fault' };
  const rate = form.has('on') ? Number(form.get('rate') ?? '') / 100 : 0;
  injector.setRate(fault, rate);
  if (rate === 0) return { ok: true, text: `${fault} is off` };
  return {
    ok: true,
    text: rate === 1 ? `${fault} happens always` : `${fault} happens at ${formatPercent(rate * 100)}`,
  };
}

function reset({ jobs, outbox }: PageParts): PageOutcome {
  jobs.reset();
  outbox.reset();
  return { ok: true, text: 'Jobs and webhooks are forgotten' };
}
