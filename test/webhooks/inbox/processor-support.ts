/** What the tests of the processor share: a real inbox, a clock that passes hours at once, and what was reported. */
import { setImmediate } from 'node:timers/promises';

import { onTestFinished } from 'vitest';

import type { JobAnswer, JobStatus } from '../../../src/api/model.ts';
import { fetchResult } from '../../../src/api/result.ts';
import { SHOW } from '../../../src/state/delivery-steps.ts';
import { createAnswerReader } from '../../../src/answers/reader.ts';
import { TransportError } from '../../../src/lib/net/http.ts';
import type { Http } from '../../../src/lib/net/http.ts';
import type { Kind } from '../../../src/kinds.ts';
import type { Delivery } from '../../../src/state/delivery.ts';
import type { ListenEvent } from '../../../src/webhooks/inbox/delivery-work.ts';
import type { Inbox, Step } from '../../../src/state/inbox.ts';
import { createProcessor } from '../../../src/webhooks/inbox/processor.ts';
import type { AttemptReport, Processor, ProcessorOptions } from '../../../src/webhooks/inbox/processor.ts';
import { deliveryOf } from '../../state/inbox-support.ts';
import { createInboxFolder } from '../../state/sqlite/inbox-folder.ts';
import type { InboxFolder } from '../../state/sqlite/inbox-folder.ts';
import { createTurningClock } from './turning-clock.ts';

/** Removed when the test ends. */
export function newFolder(): InboxFolder {
  const folder = createInboxFolder();
  onTestFinished(() => folder[Symbol.dispose]());
  return folder;
}

/** Closed when the test ends. */
export function openInbox(folder = newFolder()): Inbox {
  const inbox = folder.open();
  onTestFinished(() => inbox.close());
  return inbox;
}

export interface Run {
  readonly processor: Processor;
  readonly clock: ProcessorOptions['clock'];
  /** In the order in which they were shown. */
  readonly shown: ListenEvent[];
  readonly reports: AttemptReport[];
  /** Works until the condition holds, then stops. */
  until(condition: () => boolean | Promise<boolean>): Promise<void>;
}

const unreachable: Http = () => Promise.reject(new TransportError('refused', 'nobody is there', { sent: false }));

/** `fetchAnswer` is the client's `getAnswer`, with which results are fetched as the program does it. */
type RunChanges = Partial<Omit<ProcessorOptions, 'fetchAnswer'>> & {
  readonly fetchAnswer?: (kind: Kind, requestId: string) => Promise<JobStatus>;
};

export function newRun(inbox: Inbox, { fetchAnswer: getAnswer, ...changes }: RunChanges = {}): Run {
  const shown: ListenEvent[] = [];
  const reports: AttemptReport[] = [];
  const clock = changes.clock ?? createTurningClock();
  const processor = createProcessor({
    inbox,
    owner: 'me',
    clock,
    spread: () => 0.5,
    http: unreachable,
    forwardTo: [],
    show: (event) => {
      shown.push(event);
    },
    onAttempt: (report) => reports.push(report),
    fetchAnswer:
      getAnswer && ((requestId, kind, options) => fetchResult({ getAnswer }, requestId, kind, { ...options, clock })),
    ...changes,
  });
  return {
    processor,
    clock,
    shown,
    reports,
    async until(condition) {
      const stop = new AbortController();
      const running = processor.run(stop.signal);
      const watching = async (): Promise<void> => {
        while (!stop.signal.aborted && !(await condition())) await setImmediate();
        stop.abort();
      };
      const watched = watching();
      try {
        await running;
      } finally {
        stop.abort();
        await watched;
      }
    },
  };
}

export const REQUEST_ID = '67507ad05e593173d0313e0f';

/** Stores deliveries that owe to be shown. */
export async function store(inbox: Inbox, ...changes: Partial<Delivery>[]): Promise<void> {
  await storeOwing(inbox, [SHOW], ...changes);
}

/** Stores deliveries that owe these steps. */
export async function storeOwing(
  inbox: Inbox,
  steps: readonly string[],
  ...changes: Partial<Delivery>[]
): Promise<void> {
  for (const change of changes) await inbox.accept(deliveryOf(change), steps);
}

export function answerOf(kind: Kind, text: string, requestId = REQUEST_ID): JobAnswer {
  const raw = new TextEncoder().encode(text);
  const reader = createAnswerReader();
  reader.push(raw);
  const summary = reader.end();
  if (summary === undefined) throw new Error('the answer of the test is no object');
  return { state: 'done', kind, requestId, summary, raw, failure: undefined };
}

export const MISSING: JobStatus = { state: 'missing', retryAfterMs: undefined };

export const idsOf = (events: readonly ListenEvent[]): string[] => events.map(({ delivery }) => delivery.id);

export const allFinished = (inbox: Inbox) => async () => (await inbox.counts()).pending === 0;

/** The steps of a delivery by name. */
export async function stepsOf(inbox: Inbox, id: string): Promise<Record<string, Step>> {
  const [entry] = await inbox.find(id);
  return Object.fromEntries(entry?.steps.map((step) => [step.name, step]) ?? []);
}
