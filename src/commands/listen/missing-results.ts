/** Results that are not available yet: many retries, one line. */
import { wrapLine } from '../../lib/text/wrap.ts';
import { idText } from '../../output/webhooks/delivery-lines.ts';
import { MAX_WAITING_LINES, REPEATS_MS } from '../../limits.ts';
import type { Clock } from '../../platform/host.ts';
import type { AttemptReport } from '../../webhooks/inbox/processor.ts';

interface Missing {
  readonly requestId: string | undefined;
  readonly times: number;
  readonly error: string;
}

export interface MissingResultsOptions {
  readonly clock: Pick<Clock, 'monotonic'>;
  /** Of the terminal; `undefined` for a log. */
  readonly width: () => number | undefined;
  /** Draws the lines in place of those before; `undefined` where nothing can be redrawn. */
  readonly redraw: ((lines: readonly string[]) => void) | undefined;
  /** Prints a line that stays. */
  readonly print: (text: string) => void;
}

type MissingReport = Pick<AttemptReport, 'delivery' | 'step' | 'attempts' | 'failure'>;

/** Where nothing can be redrawn, at most one line in {@link REPEATS_MS}. */
export function createMissingResults({ clock, width, redraw, print }: MissingResultsOptions) {
  /** By step and delivery. */
  const missing = new Map<string, Missing>();
  let printedAt = Number.NEGATIVE_INFINITY;

  const show = (): void => {
    if (redraw !== undefined) {
      const text = textOf(missing, width());
      redraw(text === '' ? [] : wrapLine(text, (width() ?? 80) - 1));
    } else if (missing.size > 0 && clock.monotonic() - printedAt >= REPEATS_MS) {
      printedAt = clock.monotonic();
      print(textOf(missing, undefined));
    }
  };

  return {
    /** A result could not be fetched, and is tried again. */
    retried(report: MissingReport): void {
      const {
        delivery: { requestId },
        attempts,
        failure,
      } = report;
      const key = keyOf(report);
      if (missing.size >= MAX_WAITING_LINES && !missing.has(key)) return;
      missing.set(key, { requestId, times: attempts, error: (failure?.error ?? '').replace(/^fetch: (?:the )?/, '') });
      show();
    },
    /** It was fetched, or is not tried any more. */
    ended(report: MissingReport): void {
      if (missing.delete(keyOf(report)) && redraw !== undefined) show();
    },
  };
}

/** `result of 67507a…13e0f is not available yet (404), retrying: 4 times so far` */
function textOf(missing: ReadonlyMap<string, Missing>, width: number | undefined): string {
  const all = [...missing.values()];
  const last = all.at(-1);
  if (last === undefined) return '';
  const { requestId, error } = last;
  const reason = requestId === undefined ? error : error.replaceAll(requestId, idText(requestId, width));
  const total = all.reduce((sum, { times }) => sum + times, 0);
  const times = `${total} ${total === 1 ? 'time' : 'times'} so far`;
  if (all.length === 1) return `${reason}, retrying: ${times}`;
  return `${all.length} results are not available yet, retrying: ${times} (the last: ${reason})`;
}

function keyOf({ step, delivery }: MissingReport): string {
  return `${step} ${delivery.id}`;
}
