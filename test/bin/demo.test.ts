/** The demo, and an independent look at its figures. */
import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createWorkplace, PROGRAM, type Workplace } from '../support/program.ts';
import { COMMAND, expectScreen, WIDTHS } from '../support/screens.ts';
import { HAS_TERMINAL, startCommandOnTerminal, startOnTerminal } from '../support/terminal.ts';

let workplace: Workplace;
beforeEach(async () => {
  workplace = await createWorkplace();
});
afterEach(async () => {
  await workplace.remove();
});

interface Cluster {
  readonly list_id: string;
  readonly picks: readonly {
    readonly pick_id: string;
    readonly order_id: string;
    readonly location_id: readonly string[];
  }[];
  readonly estimated_distance: number;
}
interface ClusterResult {
  readonly asis_clusters: readonly Cluster[];
  readonly optimal_clusters: readonly Cluster[];
  readonly asis_distance: number;
  readonly optimal_distance: number;
}
interface RouteResult {
  readonly picks: readonly {
    readonly pick_id: string;
    readonly location_id: string;
    readonly asis_sequence: number;
    readonly optim_sequence: number;
  }[];
  readonly asis_distance: number;
  readonly optimal_distance: number;
}

interface Place {
  readonly aisle: string | undefined;
  readonly x: number;
  readonly y: number;
}

const AISLES = 'ABCD';
const FRONT = 0;
const BACK = 1100;

/**
 * The Example warehouse in centimetres: aisles A to D are 300 apart, their bays 01 to 10 are 100 apart; a cross aisle at
 * either end; Start and End lie 200 in front of A and D, BIG Location on the back cross aisle, half way.
 */
function placeOf(name: string): Place {
  if (name === 'Start') return { aisle: 'A', x: 0, y: -200 };
  if (name === 'End') return { aisle: 'D', x: 900, y: -200 };
  if (name === 'BIG Location') return { aisle: undefined, x: 450, y: BACK };
  const aisle = name.charAt(0);
  return { aisle, x: 300 * AISLES.indexOf(aisle), y: 100 * Number(name.slice(1)) };
}

/** Along the aisle; to another one by the nearer of the two cross aisles. */
function walk(from: string, to: string): number {
  const [a, b] = [placeOf(from), placeOf(to)];
  if (a.x === b.x) return Math.abs(a.y - b.y);
  const by = (crossing: number): number => Math.abs(a.y - crossing) + Math.abs(a.x - b.x) + Math.abs(crossing - b.y);
  return Math.min(by(FRONT), by(BACK));
}

const tour = (stops: readonly string[]): number => {
  const way = ['Start', ...stops, 'End'];
  return way.slice(1).reduce((sum, place, at) => sum + walk(way[at] ?? '', place), 0);
};

/** By trying every order: a cluster of the demo has at most four stops. */
function shortest(stops: readonly string[]): number {
  const best = (done: readonly string[], left: readonly string[]): number =>
    left.length === 0
      ? tour(done)
      : Math.min(
          ...left.map((next, at) =>
            best(
              [...done, next],
              left.filter((_, other) => other !== at),
            ),
          ),
        );
  return best([], stops);
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
const stopsOf = ({ picks }: Cluster): readonly string[] => picks.flatMap(({ location_id: places }) => places);

describe('the demo', () => {
  test('with --json prints two results whose distances are those of the warehouse', async () => {
    const { code, stdout, stderr } = await workplace.run(['demo', '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ v, type, kind }) => [v, type, kind])).toEqual([
      [1, 'result', 'cluster'],
      [1, 'result', 'route'],
    ]);
    for (const line of lines) {
      const { request_id: id } = line['result'] as { request_id: string };
      expect([line['request_id'], /^[0-9a-f]{24}$/.test(id)]).toEqual([id, true]);
    }

    const cluster = lines[0]?.['result'] as ClusterResult;
    for (const one of cluster.optimal_clusters) expect(one.estimated_distance).toBeCloseTo(shortest(stopsOf(one)), 6);
    expect(cluster.optimal_distance).toBeCloseTo(sum(cluster.optimal_clusters.map((one) => shortest(stopsOf(one)))), 6);
    expect(cluster.asis_distance).toBeCloseTo(sum(cluster.asis_clusters.map((one) => tour(stopsOf(one)))), 6);
    const picked = cluster.optimal_clusters.flatMap(({ picks }) => picks.map(({ pick_id: id }) => id));
    expect(picked.toSorted()).toEqual(Array.from({ length: 10 }, (_, at) => `pick_${at}`));
    for (const { picks } of cluster.optimal_clusters) {
      expect(new Set(picks.map(({ order_id: order }) => order)).size).toBeLessThanOrEqual(2);
    }
    expect(cluster.optimal_distance).toBeLessThan(cluster.asis_distance);

    const route = lines[1]?.['result'] as RouteResult;
    const inOrder = (key: 'asis_sequence' | 'optim_sequence'): readonly string[] =>
      route.picks.toSorted((a, b) => a[key] - b[key]).map(({ location_id: place }) => place);
    expect(route.optimal_distance).toBeCloseTo(tour(inOrder('optim_sequence')), 6);
    expect(route.asis_distance).toBeCloseTo(tour(inOrder('asis_sequence')), 6);
    expect(route.optimal_distance).toBeCloseTo(shortest(inOrder('asis_sequence')), 6);
  });

  test('for people tells the steps on stderr and shows both results on stdout, with nothing secret', async () => {
    const { code, stdout, stderr } = await workplace.run(['demo']);
    expect(code).toBe(0);
    expect(stdout.match(/^(Cluster|Route) · Example · /gm)).toEqual(['Cluster · Example · ', 'Route · Example · ']);
    expect(stdout.match(/^distance {2}[\d.]+ m -> [\d.]+ m$/gm)?.length).toBe(2);
    expect(stderr.match(/^\d\./gm)).toEqual(['1.', '2.', '3.', '4.', '5.', '6.', '7.', '8.']);
    expect(stdout + stderr).not.toMatch(/whsec_|x-api-key/i);
    expect(stdout + stderr).not.toContain('\u001b');
  });

  test('with -q leaves stderr empty, needs no account, and leaves nothing behind', async () => {
    const { code, stdout, stderr } = await workplace.run(['demo', '-q'], {
      env: { OPTIPICK_API_KEY: 'key-of-someone-0123', OPTIPICK_BASE_URL: 'http://127.0.0.1:1' },
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Cluster · Example · [^]*\nRoute · Example · /);
    const pending = await workplace.run(['config', 'list', '--json']);
    expect(JSON.parse(pending.stdout)).not.toHaveProperty('api-key');
  });

  test('does not go through a proxy: both ends are on this machine', async () => {
    const { code } = await workplace.run(['demo', '-q'], { env: { HTTP_PROXY: 'http://127.0.0.1:1' } });
    expect(code).toBe(0);
  });

  test('with --debug traces its calls and masks the key', async () => {
    const { code, stderr } = await workplace.run(['demo', '--debug', '--json']);
    expect(code).toBe(0);
    expect(stderr).toMatch(/POST http:\/\/127\.0\.0\.1:\d+\/optimize\/cluster\?synchronous=false/);
    expect(stderr).not.toMatch(/whsec_[A-Za-z0-9+/]{8}/);
  });
});

/** Without the network, not even the machine's own, as some containers have it. */
const ALONE = ['unshare', '--user', '--net'];
const CAN_BE_ALONE = spawnSync('unshare', ['--user', '--net', 'true']).status === 0;

describe.runIf(HAS_TERMINAL).each(WIDTHS)('on a terminal of %i columns', (columns) => {
  const masked = (screen: string): string =>
    screen
      .replaceAll(/127\.0\.0\.1:\d{5}/g, '127.0.0.1:40000')
      .replaceAll(/\bmsg_\w{27}\b/g, 'msg_2fYkXyZ0123456789abcdefghij')
      .replaceAll(/^(computed {2}).*/gm, '$1in 3 ms');

  test('the demo is as in its file', async () => {
    const terminal = startOnTerminal(workplace, ['demo', '--no-color'], { columns });
    expect(await terminal.ended).toBe(0);
    const ids = [...new Set(terminal.screen.match(/\b[0-9a-f]{24}\b/g))];
    expect(ids.length).toBe(2);
    const screen = ids.reduce((text, id, at) => text.replaceAll(id, `67507ad05e593173d0313e0${at}`), terminal.screen);
    expect(screen.split('\n').filter((line) => line.length > columns && !COMMAND.test(line))).toEqual([]);
    await expectScreen(`demo/demo-${columns}`, masked(screen));
  });

  test.runIf(CAN_BE_ALONE)('a demo that cannot reach itself says why', async () => {
    const words = [...ALONE, process.execPath, PROGRAM, 'demo', '--no-color'];
    const terminal = startCommandOnTerminal(workplace, words, { columns });
    expect(await terminal.ended).toBe(6);
    await expectScreen(`demo/alone-${columns}`, masked(terminal.screen));
  });
});
