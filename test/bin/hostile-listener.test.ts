/** The listener and its inbox when everything that comes from outside tries to become syntax. */
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { ACTS, answerOf, BENIGN, HOSTILE } from '../support/hostile.ts';
import { deliver, SECRET, type Sent } from '../support/listener.ts';
import { createWorkplace, type Workplace } from '../support/program.ts';
import { startScriptedServer } from '../support/scripted-server.ts';

const ID = '67507ad05e593173d0313e0f';

interface Said {
  readonly stdout: string;
  readonly stderr: string;
}

/** Listens for one delivery that verifies, after one that does not. */
async function listen(
  workplace: Workplace,
  flags: readonly string[],
  env: Readonly<Record<string, string>>,
  sent: Sent,
): Promise<Said> {
  const running = workplace.start(['listen', '--count', '1', '--port', '0', ...flags], { env });
  const url = await new Promise<string>((resolve, reject) => {
    const lines = createInterface({ input: running.stderr as Readable });
    lines.on('line', (line) => {
      const found = /^listening on (http:\S+)$/.exec(line)?.[1];
      if (found !== undefined) resolve(found);
    });
    lines.once('close', () => reject(new Error('it ended without listening')));
  });
  expect(await deliver(url, { ...sent, secret: `whsec_${'A'.repeat(32)}` })).toBe(401);
  expect(await deliver(url, sent)).toBe(204);
  const { exitCode, stdout, stderr } = await running;
  expect(exitCode).toBe(0);
  return { stdout: String(stdout), stderr: String(stderr) };
}

/** How many lines each output has. */
async function linesOf(text: string): Promise<Readonly<Record<string, number>>> {
  const workplace = await createWorkplace();
  await using api = await startScriptedServer([{ body: answerOf('route', text) }]);
  try {
    const env = { OPTIPICK_WEBHOOK_SECRET: SECRET, OPTIPICK_API_KEY: 'key-of-the-tests', OPTIPICK_BASE_URL: api.url };
    const fetched = { id: 'msg_1', body: JSON.stringify({ type: text, event: text, request_id: ID }) };
    const table = await listen(workplace, ['--verbose'], env, fetched);
    const named = { id: 'msg_2', body: JSON.stringify({ type: text, event: text, request_id: text }) };
    const line = await listen(workplace, ['--no-fetch'], env, named);
    const list = await workplace.run(['events', 'list'], { env });
    const show = await workplace.run(['events', 'show', 'msg_2'], { env });
    const raw = await workplace.run(['events', 'show', 'msg_2', '--raw'], { env });
    expect(raw.stdout).toBe(named.body);
    for (const said of [table.stdout, table.stderr, line.stdout, line.stderr, list.stdout, show.stdout]) {
      expect(said).not.toMatch(ACTS);
    }
    const count = (said: string): number => said.split('\n').length;
    return {
      table: count(table.stdout),
      tableNotes: count(table.stderr),
      line: count(line.stdout),
      lineNotes: count(line.stderr),
      list: count(list.stdout),
    };
  } finally {
    await workplace.remove();
  }
}

test('A7: deliveries and results full of hostile text are the same lines as any other', async () => {
  const expected = await linesOf(BENIGN);
  expect(expected['table']).toBeGreaterThan(10);
  for (const [name, text] of Object.entries(HOSTILE)) expect([name, await linesOf(text)]).toEqual([name, expected]);
});
