/** In GitHub Actions, texts of others that would be commands to its runner. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createWorkplace, type RunResult, type Workplace } from '../support/program.ts';
import { startScriptedServer } from '../support/scripted-server.ts';

const ID = '67507ad05e593173d0313e0f';
const ERROR = '::error title=forged::all is lost';
const MASK = '##[add-mask]optipick';
/** What the runner acts on. */
const ACTS = /^\s*::|##\[/m;

const ANSWER = {
  type: 'CLUSTER',
  request_id: ID,
  site_name: MASK,
  wave_id: ERROR,
  unit: 'cm',
  optimal_distance: 8400,
  optimal_clusters: [{ list_id: ERROR, order_ids: [ERROR], estimated_distance: 8400, picks: [] }],
  invalid_picks: [{ pick_id: 'p1', location_id: [ERROR], reason: ERROR }],
};

let workplace: Workplace;
beforeEach(async () => {
  workplace = await createWorkplace();
});
afterEach(() => workplace.remove());

const runIn = (url: string, args: readonly string[], actions = 'true'): Promise<RunResult> =>
  workplace.run([...args, '--base-url', url], {
    env: { OPTIPICK_API_KEY: 'key-of-the-tests', GITHUB_ACTIONS: actions },
  });

describe('in GitHub Actions', () => {
  test('no line of an answer is a command, and elsewhere it is as it was sent', async () => {
    await using api = await startScriptedServer(() => ({ status: 200, body: JSON.stringify(ANSWER) }));
    const args = ['cluster', 'get', ID, '--orders'];
    const { code, stdout } = await runIn(api.url, args);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^: :error title=forged::all is lost +1 /m);
    expect(stdout).toContain('## [add-mask]optipick');
    expect(stdout).not.toMatch(ACTS);
    expect((await runIn(api.url, args, '')).stdout).toMatch(/^::error title=forged::all is lost +1 /m);
    const markdown = await runIn(api.url, ['cluster', 'get', ID, '--format', 'md']);
    expect([markdown.code, ACTS.test(markdown.stdout)]).toEqual([0, false]);
    const json = await runIn(api.url, ['cluster', 'get', ID, '--json']);
    expect(JSON.parse(json.stdout)).toEqual(ANSWER);
  });

  test('no line of a refusal is a command, for people and as JSON', async () => {
    const body = JSON.stringify({ detail: [ERROR, `a\n${ERROR}`, MASK].map((msg) => ({ loc: [], msg, type: 'x' })) });
    await using api = await startScriptedServer(() => ({ status: 422, body }));
    await writeFile(join(workplace.folder, 'wave.json'), '{"site_name":"A","picks":[]}');
    await writeFile(
      join(workplace.folder, '##[error]'),
      '{"site_name":"A","picks":[{"pick_id":"1","location_id":"A"}]}',
    );
    for (const flags of [[], ['--json'], ['--all'], ['--debug']]) {
      const { code, stdout, stderr } = await runIn(api.url, ['cluster', 'submit', '##[error]', ...flags]);
      expect({ flags, code, stdout }).toEqual({ flags, code: 5, stdout: '' });
      expect(stderr).toContain('all is lost');
      expect(stderr).not.toMatch(ACTS);
    }
  });
});
