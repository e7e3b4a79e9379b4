/** `optipick listen` while its inbox cannot be written: it says so, keeps senders waiting, and recovers by itself. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { deliver, payloadOf, startListener, type Line, type Listener } from '../support/listener.ts';
import { createWorkplace, type Workplace } from '../support/program.ts';
import { canMount } from '../support/small-disk.ts';

let workplace: Workplace;
let state: string;
beforeEach(async () => {
  workplace = await createWorkplace();
  state = workplace.env['OPTIPICK_STATE_DIR'] ?? '';
});
afterEach(async () => {
  await workplace.remove();
});

const ID = '67507ad05e593173d0313e0f';
const isEvent = ({ type }: Line): boolean => type === 'event';

test.each(['file', join('file', 'below')])('--record in what cannot be a folder is exit 7: %s', async (folder) => {
  writeFileSync(join(workplace.folder, 'file'), '');
  const { code, stdout, stderr } = await workplace.run(['listen', '--port', '0', '--no-fetch', '--record', folder], {
    env: { OPTIPICK_WEBHOOK_SECRET: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' },
  });
  expect([code, stdout, stderr.split('\n')[0]]).toEqual([
    7,
    '',
    expect.stringMatching(/^error: cannot record in file/),
  ]);
});

interface Refused {
  readonly id: string;
  readonly body: string;
  /** How many were taken in before it. */
  readonly taken: number;
}

/** Sends new webhooks until one is refused. Large ones fill a disk sooner. */
async function sendUntilRefused(listener: Listener): Promise<Refused> {
  const body = JSON.stringify({ request_id: ID, padding: 'x'.repeat(20_000) });
  for (let taken = 0; taken < 500; taken += 1) {
    const id = `msg_fill_${taken}`;
    const status = await deliver(listener.url, { id, body });
    if (status === 503) return { id, body, taken };
    expect(status).toBe(204);
  }
  throw new Error('nothing was refused');
}

/** What holds whatever the trouble was: told in words, and taken in when it comes again, without a restart. */
async function expectRecovery(listener: Listener, { id, body }: Refused, mend: () => void): Promise<void> {
  const line = await listener.line((one) => one['id'] === id && one['type'] === 'rejected');
  expect(line).toMatchObject({ status: 503, reason: 'inbox_unavailable' });
  expect(String(line['detail'])).toMatch(/^(?:the inbox cannot be written|.*optipick\.db cannot be used)/);
  mend();
  await expect.poll(() => deliver(listener.url, { id, body })).toBe(204);
  await listener.line((one) => one['id'] === id && one['type'] === 'event');
  listener.kill('SIGTERM');
  expect(await listener.ended).toMatchObject({ code: 143 });
}

const canLimit = process.platform === 'linux' && spawnSync('prlimit', ['--version']).status === 0;

describe('the inbox', () => {
  test.runIf(canMount())('on a disk that is full', async () => {
    mkdirSync(state, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', state]);
    try {
      await using listener = await startListener(workplace, ['--no-fetch']);
      const ballast = join(state, 'ballast');
      // A disk that others fill.
      writeFileSync(ballast, Buffer.alloc(1_000_000));
      const refused = await sendUntilRefused(listener);
      await expectRecovery(listener, refused, () => rmSync(ballast));
      // What was acknowledged before is there, and was worked off.
      const shown = new Set(
        listener
          .lines()
          .filter(isEvent)
          .map(({ id }) => id),
      );
      expect(shown.size).toBe(refused.taken + 1);
    } finally {
      execFileSync('umount', ['-l', state]);
    }
  });

  test.runIf(canLimit)('that may not grow', async () => {
    await using listener = await startListener(workplace, ['--no-fetch']);
    await deliver(listener.url, { id: 'msg_1', body: payloadOf(ID) });
    await listener.line(isEvent);
    const largest = Math.max(...readdirSync(state).map((name) => statSync(join(state, name)).size));
    execFileSync('prlimit', ['--pid', String(listener.pid), `--fsize=${largest + 40_000}:`]);
    const refused = await sendUntilRefused(listener);
    await expectRecovery(listener, refused, () =>
      execFileSync('prlimit', ['--pid', String(listener.pid), '--fsize=unlimited:']),
    );
  });

  test('whose folder was replaced by a file', async () => {
    await using listener = await startListener(workplace, ['--no-fetch']);
    await deliver(listener.url, { id: 'msg_1', body: payloadOf(ID) });
    await listener.line(isEvent);
    putFileInTheWay(state);
    const refused = await sendUntilRefused(listener);
    expect(refused.taken).toBe(0);
    await expectRecovery(listener, refused, () => rmSync(state));
    expect(
      listener
        .lines()
        .filter(isEvent)
        .map(({ id }) => id),
    ).toEqual(['msg_1', refused.id]);
  });
});

/** The listener may make its folder anew in between. */
function putFileInTheWay(folder: string): void {
  for (let attempt = 1; ; attempt += 1) {
    rmSync(folder, { recursive: true, force: true });
    try {
      writeFileSync(folder, 'in the way', { flag: 'wx' });
      return;
    } catch (error) {
      if (attempt === 100) throw error;
    }
  }
}
