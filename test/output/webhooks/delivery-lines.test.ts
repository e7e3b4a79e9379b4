/** The lines of `listen` as people see them, at the widths of common terminals and in a log. */
import { describe, expect, test } from 'vitest';
import { createAnswerReader } from '../../../src/answers/reader.ts';
import type { AnswerSummary } from '../../../src/answers/answer.ts';
import { displayWidth } from '../../../src/lib/text/display-width.ts';
import {
  arrivalLine,
  callLine,
  detailLines,
  idText,
  resultLine,
  unfetchedLine,
  type LineOptions,
} from '../../../src/output/webhooks/delivery-lines.ts';
import { createStyle, PLAIN_STYLE } from '../../../src/output/terminal/style.ts';
import { expectScreen } from '../../support/screens.ts';

/** In whatever zone the test runs. */
const AT = new Date(2026, 0, 2, 14, 3, 59).getTime();
const ID = '67507ad05e593173d0313e0f';
const EVENT = 'cluster.optimized';
const DETAIL = 'connection refused; retrying in 2.1 s (attempt 1 of 12)';

function summaryOf(changes: Readonly<Record<string, unknown>> = {}): AnswerSummary {
  const reader = createAnswerReader();
  const answer = { type: 'CLUSTER', request_id: ID, site_name: 'Example', wave_id: 'W1', unit: 'cm', ...changes };
  reader.push(new TextEncoder().encode(JSON.stringify(answer)));
  const summary = reader.end();
  if (summary === undefined) throw new Error('no summary');
  return summary;
}

const WALK = { asis_distance: 13_899.5, optimal_distance: 8402.2, optimal_clusters: [] };

function screenAt(options: LineOptions): readonly string[] {
  const arrived = { at: AT, event: EVENT, id: ID, status: 204, durationMs: 3 };
  const called = { at: AT, verb: 'POST', attempt: 1, isOk: true, outcome: '200', durationMs: 12 };
  const target = 'http://127.0.0.1:3000/hooks';
  const long = 'https://warehouse.example.com/integrations/optipick/webhooks/incoming/cluster?token=***';
  return [
    arrivalLine({ ...arrived, verdict: 'verified' }, options),
    callLine({ ...called, target }, options),
    resultLine(AT + 1000, summaryOf(WALK), false, options),
    arrivalLine({ ...arrived, event: 'route.optimized', verdict: 'duplicate' }, options),
    arrivalLine({ ...arrived, event: 'cluster.optimized.Example.user-17', verdict: 'not checked' }, options),
    arrivalLine({ ...arrived, event: 'webhook', id: undefined, verdict: 'rejected', status: 401 }, options),
    callLine({ ...called, target: long, attempt: 3, isOk: false, outcome: '500', durationMs: 29_950 }, options),
    callLine({ ...called, target, isOk: false, outcome: undefined, durationMs: 1 }, options),
    ...detailLines(DETAIL, options),
    callLine({ ...called, verb: 'exec', target: './import.sh', outcome: 'exit 0', durationMs: 125_000 }, options),
    resultLine(AT, summaryOf({ ...WALK, site_name: undefined, wave_id: undefined }), false, options),
    resultLine(AT, summaryOf({ optimal_distance: 428_000, optimal_clusters: [] }), false, options),
    resultLine(
      AT,
      summaryOf({ asis_distance: 10_000, optimal_distance: 10_310, optimal_clusters: [] }),
      false,
      options,
    ),
    resultLine(AT, summaryOf({ error: 'no route to location 17-03-B' }), true, options),
    unfetchedLine({ at: AT, event: EVENT, id: ID, why: 'not fetched', isFailed: false }, options),
    unfetchedLine({ at: AT, event: 'invoice.paid', id: 'msg_1', why: 'no request id', isFailed: false }, options),
  ];
}

describe('the lines of deliveries', () => {
  test.each([120, 100, 80, 60])('fit a terminal of %d columns', async (width) => {
    const lines = screenAt({ width, style: PLAIN_STYLE });
    expect(lines.filter((line) => displayWidth(line) > width)).toEqual([]);
    await expectScreen(`listen/lines-${width}`, `${lines.join('\n')}\n`);
  });

  test.each([120, 100, 80, 60])('have their columns at the same place in %d columns', (width) => {
    const lines = screenAt({ width, style: PLAIN_STYLE }).filter((line) => /^\S+ {2}(?:<-|->) /.test(line));
    const ends = lines
      .map((line) => /(?: \d{3}| -| exit 0)(?= {2,}\d|$)/.exec(line))
      .map((found) => (found?.index ?? 0) + (found?.[0].length ?? 0));
    expect(new Set(ends)).toEqual(new Set([width < 72 ? width : Math.min(width, 100) - 11]));
  });

  test('are whole in a pipe or a log', async () => {
    const lines = screenAt({ width: undefined, style: PLAIN_STYLE });
    expect(lines.filter((line) => line.includes('…'))).toEqual([]);
    await expectScreen('listen/lines-in-a-pipe', `${lines.join('\n')}\n`);
  });

  test('are the same with colors', async () => {
    const style = await createStyle(1);
    for (const width of [80, undefined]) {
      const colored = screenAt({ width, style });
      const plain = colored.map((line) => line.replaceAll(/\u001b\[\d+m/g, ''));
      expect(plain.map((line) => line.trimEnd())).toEqual(screenAt({ width, style: PLAIN_STYLE }));
      expect(colored[0]).toContain('\u001b[');
    }
  });

  test('never hold what acts on a terminal, nor two lines', () => {
    const options = { width: 80, style: PLAIN_STYLE };
    const evil = 'a\u001b[2J\nb\u202e';
    const line = arrivalLine(
      { at: AT, event: evil, id: evil, verdict: 'rejected', status: 401, durationMs: undefined },
      options,
    );
    const called = { at: AT, verb: 'POST', attempt: 1, isOk: true, outcome: '200', durationMs: 12 };
    const others = [callLine({ ...called, target: evil }, options), ...detailLines(evil, options)];
    const result = resultLine(AT, summaryOf({ ...WALK, site_name: evil, request_id: evil }), false, options);
    expect([line, result, ...others].filter((each) => /[\u001b\n\u202e]/.test(each))).toEqual([]);
  });

  test.each([
    ['67507ad05e593173d0313e0f', 99, '67507a…13e0f'],
    ['67507ad05e593173d0313e0f', 100, '67507ad05e593173d0313e0f'],
    ['67507ad05e593173d0313e0f', undefined, '67507ad05e593173d0313e0f'],
    ['msg_1', 60, 'msg_1'],
  ])('show the id %s at %s columns as %s', (id, width, shown) => {
    expect(idText(id, width)).toBe(shown);
  });
});
