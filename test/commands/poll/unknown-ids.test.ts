import { describe, expect, test } from 'vitest';
import { jsonResponse, type Http } from '../../../src/lib/net/http.ts';
import { run } from '../../support/run.ts';
import { expectScreen, WIDTHS } from '../../support/screens.ts';

const ID = '67507ad05e593173d0313e0f';
const OTHER = '67507ad05e593173d0313e10';
const env = { OPTIPICK_BASE_URL: 'http://127.0.0.1:4010', OPTIPICK_API_KEY: 'test-key-0123456789', NO_COLOR: '1' };

const knowsNothing: Http = async () => jsonResponse(404, { detail: 'Request not found' });

/** Has a route under every id, from the third round on. */
function late(): Http {
  let asked = 0;
  return async ({ url }) => {
    asked += 1;
    if (asked <= 4 || !url.includes('/route/')) return jsonResponse(404, { detail: 'Request not found' });
    return jsonResponse(200, {
      type: 'ROUTE',
      site_name: 'Example',
      picks: [],
      original_distance: 1,
      optimal_distance: 1,
    });
  };
}

describe('poll of an id that this machine does not know', () => {
  test.each(['wave-7', '67507ad05e593173d0313e0', 'msg_2fYkXyZ0123456789abcdefghij'])(
    'ends at the first 404 of %s, which is no request id',
    async (id) => {
      const { ended, host } = await run(['poll', id, '--kind', 'route'], { env, http: knowsNothing });
      expect(ended).toEqual({
        code: 5,
        stdout: '',
        stderr:
          `error: the API does not know ${id} (404), which does not look like a request id\n` +
          'hint: request ids have 24 hex digits, as 67507ad05e593173d0313e0f; --any-id waits for another one all the same\n',
      });
      expect(host.requests.length).toBe(1);
    },
  );

  test('asks for both kinds before it ends', async () => {
    const { code, host } = await run(['poll', 'wave-7', '--json'], { env, http: knowsNothing });
    expect([code, host.requests.length]).toEqual([5, 2]);
  });

  test('waits for any id with --any-id, and says at the first 404 that it may not be ready', async () => {
    const { code, stdout, stderr } = await run(['poll', 'wave-7', '--any-id'], { env, http: late() });
    expect(code).toBe(0);
    expect(stdout).toContain('wave-7');
    expect(stderr).toBe(
      'note: wave-7 was not submitted from this machine, and the API does not know it (404): waiting, for it may not be ready yet\n' +
        'waiting for wave-7\n',
    );
  });

  test('says so once for several ids', async () => {
    const { code, stderr } = await run(['poll', ID, OTHER], { env, http: late() });
    expect(code).toBe(0);
    expect(stderr).toBe(
      'note: 2 of 2 ids were not submitted from this machine: one that the API does not know (404) may not be ready yet\n',
    );
  });

  for (const columns of WIDTHS) {
    test(`is shown as in its file on ${columns} columns`, async () => {
      const options = { env, terminal: { stdout: true, stderr: true }, columns };
      const screens = await Promise.all([
        run(['poll', ID], { ...options, http: late() }),
        run(['poll', ID, '--timeout', '5s'], { ...options, http: knowsNothing }),
        run(['poll', 'wave-7'], { ...options, http: knowsNothing }),
      ]);
      await expectScreen(
        `poll/unknown-id-${columns}`,
        screens.map(({ code, stdout, stderr }) => `${stderr}${stdout}(exit ${code})\n`).join('\n'),
      );
    });
  }
});
