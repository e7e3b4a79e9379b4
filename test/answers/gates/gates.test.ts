import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { AnswerDetails } from '../../../src/answers/details.ts';
import { readDetails } from '../../support/read-details.ts';
import type { Finding } from '../../../src/answers/audit/finding.ts';
import { GATE_METRIC_NAMES, metricOf } from '../../../src/answers/gates/metrics.ts';
import { type GateVerdict, judgeGate, parseGate } from '../../../src/answers/gates/gates.ts';
import type { Kind } from '../../../src/kinds.ts';
import { convertLength, LENGTH_UNITS, lengthUnitOf } from '../../../src/answers/length-unit.ts';
import { CliError } from '../../../src/errors.ts';

const EXAMPLE = readFileSync(new URL('../../fixtures/example-cluster-response.json', import.meta.url));

function details(value: unknown): AnswerDetails {
  const read = readDetails(Buffer.from(JSON.stringify(value)));
  if (read === undefined) throw new Error('no object');
  return read;
}

const example = details(JSON.parse(EXAMPLE.toString()));
const route = (more: object = {}): AnswerDetails =>
  details({ type: 'ROUTE', asis_distance: 10_000, optimal_distance: 9500, unit: 'cm', picks: [], ...more });

const judge = (text: string, answer: AnswerDetails = example, findings: readonly Finding[] | undefined = []) =>
  judgeGate(parseGate(text), answer, findings);

function fault(text: string, kind?: Kind): readonly [string, string, string | undefined] {
  try {
    parseGate(text, kind);
  } catch (error) {
    if (error instanceof CliError) return [error.failure, error.code, error.message];
    throw error;
  }
  throw new Error(`taken: ${text}`);
}

describe('a gate', () => {
  it.each([
    ['saving<5%', 'saving', '<', 5, '%'],
    ['saving<5', 'saving', '<', 5, '%'],
    ['  saving  <=  5.5 %  ', 'saving', '<=', 5.5, '%'],
    ['SAVING>-1e1%', 'saving', '>', -10, '%'],
    ['optimal_distance>=200m', 'optimal_distance', '>=', 200, 'm'],
    ['longest_cluster > .5 KM', 'longest_cluster', '>', 0.5, 'km'],
    ['invalid_picks==0', 'invalid_picks', '=', 0, ''],
    ['clusters=12', 'clusters', '=', 12, ''],
    ['findings!=0', 'findings', '!=', 0, ''],
    ['computation_time>500ms', 'computation_time', '>', 500, 'ms'],
    ['computation_time>5', 'computation_time', '>', 5, 's'],
  ])('is read: %s', (text, metric, operator, value, unit) => {
    expect(parseGate(text)).toEqual({ expression: text.trim(), metric, operator, value, unit });
  });

  it.each([
    ['', 'it is empty'],
    ['saving', 'it has no operator; if there was one, quote the whole expression'],
    ['saving<', 'there is no number to compare with'],
    ['saving<five', '"five" is not a number with a unit'],
    ['saving=>5', '">5" is not a number with a unit'],
    ['saving<5<6', '"<6" is no unit of saving'],
    ['saving<1,5', 'is no unit of saving'],
    ['saving<NaN', '"NaN" is not a number with a unit'],
    ['saving<Infinity', '"Infinity" is not a number with a unit'],
    ['saving<1e999', '"1e999" is too large a number'],
    ['savings<5%', 'there is no metric "savings", did you mean "saving"?'],
    ['optimal-distance<5m', 'did you mean "optimal_distance"?'],
    ['<5', 'there is no metric ""'],
    ['__proto__<5', 'there is no metric "__proto__"'],
    ['saving<5m', '"m" is no unit of saving: %, or none'],
    ['optimal_distance<5%', '"%" is no unit of optimal_distance: mm, cm, dm, m, km, in, ft'],
    ['optimal_distance<5 miles', '"miles" is no unit of optimal_distance'],
    ['clusters>5%', '"%" does not fit: clusters is a number without unit'],
    ['computation_time>5min', '"min" is no unit of computation_time: s, ms, or none'],
  ])('is refused: %s', (text, reason) => {
    expect(fault(text)).toEqual(['usage', 'bad_gate', expect.stringContaining(reason)]);
  });

  it('that no answer of the kind can have is refused', () => {
    expect([fault('clusters>5', 'route'), fault('stops>5', 'cluster')]).toEqual([
      ['usage', 'bad_gate', '--fail-if "clusters>5": the answer of a route has no clusters, only that of a cluster'],
      ['usage', 'bad_gate', '--fail-if "stops>5": the answer of a cluster has no stops, only that of a route'],
    ]);
    expect(
      GATE_METRIC_NAMES.map(
        (name) => parseGate(`${name}>5${metricOf(name).dimension === 'distance' ? 'm' : ''}`).metric,
      ),
    ).toEqual(GATE_METRIC_NAMES);
  });

  it.each(['saved<0', 'asis_distance>5', 'optimal_distance>500', 'longest_cluster == 1e3'])(
    'on a distance needs a unit: %s',
    (text) => {
      let failure: unknown;
      try {
        parseGate(text);
      } catch (error) {
        failure = error;
      }
      const corrected = /'(.*)'/.exec((failure as CliError).hint ?? '')?.[1] ?? '';
      expect(failure).toMatchObject({
        failure: 'usage',
        code: 'bad_gate',
        message: `--fail-if "${text}" does not say in which unit`,
        hint: `write --fail-if '${text}m', or another of the units mm, cm, dm, m, km, in, ft`,
      });
      expect(parseGate(corrected)).toMatchObject({ expression: `${text}m`, unit: 'm' });
    },
  );

  it('that is refused comes with an example and all metrics', () => {
    let hint: string | undefined;
    try {
      parseGate('x');
    } catch (error) {
      hint = (error as CliError).hint;
    }
    expect(hint).toBe(
      "for example --fail-if 'saving<5%' or --fail-if 'optimal_distance>200m'; metrics: saving, saved, asis_distance, " +
        'optimal_distance, longest_cluster, picks, invalid_picks, orders, stops, clusters, asis_clusters, computation_time, findings',
    );
  });
});

describe('the verdict', () => {
  it.each([
    ['saving<39%', false, 'saving is 39.6%'],
    ['saving<40%', true, 'saving is 39.6%'],
    ['saved<60m', true, 'saved is 55.0 m'],
    ['saved<5400cm', false, 'saved is 5497 cm'],
    ['asis_distance>138.9m', true, 'asis_distance is 139 m'],
    ['optimal_distance>8402.3cm', false, 'optimal_distance is 8402 cm'],
    ['optimal_distance>0.08km', true, 'optimal_distance is 0.084 km'],
    ['optimal_distance>280ft', false, 'optimal_distance is 276 ft'],
    ['optimal_distance>3300in', true, 'optimal_distance is 3308 in'],
    ['longest_cluster>41m', true, 'longest_cluster is 41.1 m'],
    ['picks!=10', false, 'picks is 10'],
    ['invalid_picks>0', false, 'invalid_picks is 0'],
    ['orders=5', true, 'orders is 5'],
    ['clusters>=3', true, 'clusters is 3'],
    ['asis_clusters<=2', false, 'asis_clusters is 3'],
    ['computation_time>0.1', true, 'computation_time is 0.19 s'],
    ['computation_time>200ms', false, 'computation_time is 189 ms'],
    ['findings>0', false, 'findings is 0'],
  ])('on the published answer: %s', (text, tripped, reason) => {
    expect(judge(text)).toEqual({ expression: text, tripped, reason } satisfies GateVerdict);
  });

  it('on a route counts its stops, orders and invalid picks', () => {
    const answer = route({
      picks: [{ pick_id: '1', order_id: 'a' }, { pick_id: '2', order_id: 'a' }, { pick_id: '3' }],
      invalid_picks: [
        { pick_id: '4', reason: 'x' },
        { pick_id: '5', reason: 'y' },
      ],
    });
    expect(['stops>2', 'orders>1', 'invalid_picks>1', 'picks=3'].map((text) => judge(text, answer))).toEqual([
      { expression: 'stops>2', tripped: true, reason: 'stops is 3' },
      { expression: 'orders>1', tripped: false, reason: 'orders is 1' },
      { expression: 'invalid_picks>1', tripped: true, reason: 'invalid_picks is 2' },
      { expression: 'picks=3', tripped: true, reason: 'picks is 3' },
    ]);
  });

  it('counts the findings of the audit', () => {
    const finding: Finding = { class: 'missing_pick', message: '', count: 7, examples: [] };
    expect(judge('findings>0', example, [finding])).toEqual({
      expression: 'findings>0',
      tripped: true,
      reason: 'findings is 1',
    });
  });

  it('does not stumble over rounding', () => {
    const tenth = route({ asis_distance: 0.3, optimal_distance: 0.1 + 0.2 });
    expect(
      ['saving=0', 'saving<0', 'saved!=0cm', 'optimal_distance>0.3cm', 'optimal_distance<=0.3cm'].map(
        (text) => judge(text, tenth).tripped,
      ),
    ).toEqual([true, false, false, false, true]);
    expect(judge('saving>=5%', route({ asis_distance: 100, optimal_distance: 95 })).tripped).toBe(true);
  });

  it('shows enough digits to be understood', () => {
    expect(judge('saving<5%', route({ asis_distance: 100_000, optimal_distance: 95_000.1 })).reason).toBe(
      'saving is 4.9999%',
    );
    expect(judge('saving<0%', route({ optimal_distance: 12_500 }))).toEqual({
      expression: 'saving<0%',
      tripped: true,
      reason: 'saving is -25.0%',
    });
  });

  it.each([
    ['saving<5%', { asis_distance: null }, 'the answer has no as-is distance: send asis_sequence with every pick'],
    ['saved<5m', { asis_distance: null }, 'the answer has no as-is distance: send asis_sequence with every pick'],
    [
      'asis_distance>5m',
      { asis_distance: null },
      'the answer has no as-is distance: send asis_sequence with every pick',
    ],
    ['saving<5%', { asis_distance: 0 }, 'the as-is distance is 0'],
    ['optimal_distance>5m', { optimal_distance: 'x' }, 'the answer has no optimized distance'],
    ['saved>5m', { optimal_distance: null }, 'the answer has no optimized distance'],
    ['computation_time>5', {}, 'the answer has no computation time'],
    [
      'optimal_distance>200m',
      { unit: 'paces' },
      `the answer's distances are in "paces", which cannot be turned into m`,
    ],
    ['clusters>5', {}, 'the answer of a route has no clusters'],
    ['clusters>5', { error: 'no solution' }, 'there is no result'],
    ['picks<5', { error: 'no solution' }, 'there is no result'],
  ])('that cannot be told trips: %s on %j', (text, more, why) => {
    expect(judge(text, route(more))).toEqual({ expression: text, tripped: true, reason: `cannot be judged: ${why}` });
  });

  it.each([
    ['findings>0', [], undefined, 'the request is not known, and so nothing was audited'],
    [
      'asis_clusters>1',
      [{ estimated_distance: 1 }],
      [],
      'the answer has no as-is clusters: send list_id with every pick',
    ],
    ['longest_cluster>1m', [{ estimated_distance: 1 }, {}], [], 'not every cluster of the answer has a distance'],
    ['longest_cluster>1m', [], [], 'the answer has no clusters'],
  ])('of a cluster that cannot be told trips: %s on %j', (text, clusters, findings, why) => {
    const verdict = judgeGate(parseGate(text), details({ type: 'CLUSTER', optimal_clusters: clusters }), findings);
    expect(verdict).toEqual({ expression: text, tripped: true, reason: `cannot be judged: ${why}` });
  });

  it('is in the unit of the gate, whatever that of the answer', () => {
    expect(judge('optimal_distance<100m', route({ unit: 'Feet', optimal_distance: 100 })).reason).toBe(
      'optimal_distance is 30.5 m',
    );
  });
});

describe('units of length', () => {
  it('turn into each other and back', () => {
    for (const from of LENGTH_UNITS) {
      for (const to of LENGTH_UNITS) {
        expect(convertLength(convertLength(123.4, from, to), to, from)).toBeCloseTo(123.4, 9);
      }
    }
    expect([convertLength(200, 'm', 'cm'), convertLength(1, 'ft', 'in'), convertLength(1, 'in', 'mm')]).toEqual([
      20_000,
      expect.closeTo(12, 12),
      25.4,
    ]);
  });

  it('are known by other words, too', () => {
    expect(
      ['cm', ' CM ', 'Metres', 'meter', 'feet', 'Inch', 'inches', 'toString', 'paces', ''].map(lengthUnitOf),
    ).toEqual(['cm', 'cm', 'm', 'm', 'ft', 'in', 'in', undefined, undefined, undefined]);
  });
});
