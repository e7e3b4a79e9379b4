/** What `listen` shows a person: both directions, on a real terminal with its keys, and in a pipe. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { deliver, OTHER_SECRET, payloadOf, SECRET, startListener } from '../support/listener.ts';
import { createWorkplace, PROGRAM, type Workplace } from '../support/program.ts';
import { startScriptedServer } from '../support/scripted-server.ts';
import { screenOf } from '../support/screen.ts';
import { HAS_TERMINAL, startCommandOnTerminal, startOnTerminal, type TerminalRun } from '../support/terminal.ts';

const ID = '67507ad05e593173d0313e0f';
const KEYS = 'r replay the last · c copy its id · v details on/off · p pause the screen · q quit';

let workplace: Workplace;
beforeEach(async () => {
  workplace = await createWorkplace();
});
afterEach(() => workplace.remove());

const env = { OPTIPICK_WEBHOOK_SECRET: SECRET };

/** The address, once it is on the screen. */
async function urlOn(terminal: TerminalRun): Promise<string> {
  await terminal.shows('/webhook');
  return /listening on (?:\u001b\[\d+m)*(http:[^\s\u001b]+)/.exec(terminal.screen)?.[1] ?? '';
}

/** How often a text was written. */
const timesOn = ({ screen }: TerminalRun, text: string): number => screen.split(text).length - 1;

describe.runIf(HAS_TERMINAL)('on a terminal', () => {
  test('each direction has its line, and the last line names the keys', async () => {
    await using target = await startScriptedServer(() => ({ status: 200 }));
    const args = ['listen', '--no-fetch', '--port', '0', '--no-color', '-f', `${target.url}/hooks`];
    const terminal = startOnTerminal(workplace, args, { env });
    const url = await urlOn(terminal);
    await terminal.shows(KEYS);
    expect(await deliver(url, { id: 'msg_1', body: payloadOf(ID) })).toBe(204);
    await terminal.shows('not fetched');
    await terminal.shows('POST');
    const lines = terminal.screen.replaceAll(/\u001b\[\d*[A-Za-z]/g, '');
    expect(lines).toMatch(new RegExp(String.raw`^\d\d:\d\d:\d\d {2}<- {2}webhook +${ID} {2}verified +204 +\d`, 'm'));
    expect(lines).toMatch(/^\d\d:\d\d:\d\d {2}-> {2}POST http:\S+\/hooks +200 +\d+ m?s$/m);

    terminal.type('r');
    await expect.poll(() => target.seen.length).toBe(2);
    await expect.poll(() => timesOn(terminal, '  not fetched')).toBe(2);
    expect(terminal.screen).toContain(`replaying ${ID}`);

    terminal.type('c');
    await terminal.shows(`copied ${ID}`);
    expect(terminal.screen).toContain(`\u001b]52;c;${Buffer.from(ID).toString('base64')}\u0007`);

    terminal.type('v');
    await terminal.shows('details on');
    terminal.type('p');
    await terminal.shows('paused');
    expect(await deliver(url, { id: 'msg_2', body: payloadOf('b'.repeat(24)) })).toBe(204);
    // The work goes on meanwhile.
    await expect.poll(() => target.seen.length).toBe(3);
    expect(terminal.screen).not.toContain('b'.repeat(24));
    terminal.type('p');
    await terminal.shows('b'.repeat(24));
    terminal.type('q');
    expect(await terminal.ended).toBe(0);
    // Nothing is left of the keys.
    const written = terminal.screen.replaceAll(/\u001b\]52;[^\u0007]*\u0007/g, '');
    expect(screenOf(written).at(-1)).toBe('2 received, 0 duplicate, 0 rejected, 3 shown');
  });

  test('Ctrl-C ends it with 130, and leaves the terminal as it was', async () => {
    const script = 'stty -g > before; "$0" "$@"; echo "code $?"; stty -g > after; cmp before after && echo same';
    const words = ['/bin/sh', '-c', `trap : INT; ${script}`, process.execPath, PROGRAM];
    const args = ['listen', '--no-fetch', '--port', '0'];
    const terminal = startCommandOnTerminal(workplace, [...words, ...args], { env });
    await terminal.shows(KEYS);
    terminal.type('\u0003');
    await terminal.ended;
    expect(terminal.screen).toContain('code 130');
    expect(terminal.screen).toContain('same');
    expect(terminal.screen).not.toContain('^C');
  });

  test('q ends a run that waits for something as Ctrl-C does', async () => {
    const terminal = startOnTerminal(workplace, ['listen', '--no-fetch', '--port', '0', '--once'], { env });
    await terminal.shows('q quit');
    terminal.type('q');
    expect(await terminal.ended).toBe(130);
  });

  test.each([
    ['with --no-input', ['--no-input'], {}],
    ['in CI', [], { CI: 'true' }],
    ['with --json', ['--json'], {}],
    ['with --quiet', ['--quiet'], {}],
  ])('%s there are no keys', async (_, flags, surroundings: Readonly<Record<string, string>>) => {
    const args = ['listen', '--no-fetch', '--port', '0', '--timeout', '1s', ...flags];
    const terminal = startOnTerminal(workplace, args, { env: { ...env, ...surroundings } });
    expect(await terminal.ended).toBe(0);
    expect(terminal.screen).not.toMatch(/replay|\u001b\[\d+A/);
  });

  test('in the background it leaves the terminal alone', async () => {
    const script = 'set -m; "$0" "$@" & wait $!; echo "code $?"';
    const words = ['/bin/sh', '-c', script, process.execPath, PROGRAM, 'listen', '--no-fetch', '--port', '0'];
    const terminal = startCommandOnTerminal(workplace, [...words, '--timeout', '1s'], { env });
    await terminal.ended;
    expect(terminal.screen).toContain('code 0');
    expect(terminal.screen).not.toContain('q quit');
  });

  test('what Ctrl-Z stops gives the terminal back, and goes on with its keys', async () => {
    const listen = `${process.execPath} ${PROGRAM} listen --no-fetch --port 0`;
    const script = `set -m; stty -g > before; ${listen}; stty -g > after; cmp before after && echo same; fg; echo "code $?"`;
    const terminal = startCommandOnTerminal(workplace, ['bash', '-c', script], { env });
    await terminal.shows(KEYS);
    terminal.type('\u001a');
    await terminal.shows('same');
    await expect.poll(() => timesOn(terminal, KEYS)).toBe(2);
    terminal.type('q');
    await terminal.shows('code 0');
    await terminal.ended;
  });
});

describe('in a pipe', () => {
  test('a rejected delivery says why, and what to run: the file that it was recorded in', async () => {
    const running = workplace.start(['listen', '--no-fetch', '--port', '0', '--record', 'kept'], { env });
    const errors = collected(running.stderr);
    await expect.poll(errors).toContain('listening');
    const url = /listening on (\S+)/.exec(errors())?.[1] ?? '';
    await deliver(url, { id: 'msg_1', body: payloadOf(ID), secret: OTHER_SECRET });
    await expect.poll(errors).toContain('optipick verify');
    expect(errors()).toMatch(/^\d\d:\d\d:\d\d {2}<- {2}webhook +msg_1 {2}rejected +401$/m);
    const [, file = ''] = /^ {14}optipick verify (kept\/\S+\.http)$/m.exec(errors()) ?? [];
    // The advice can be followed.
    const verified = await workplace.run(['verify', file], { env });
    expect([verified.code, verified.stdout + verified.stderr]).toEqual([9, expect.stringContaining('does not verify')]);
    running.kill('SIGTERM');
    await running;
  });

  test('without --record the advice comes once', async () => {
    const running = workplace.start(['listen', '--no-fetch', '--port', '0'], { env });
    const errors = collected(running.stderr);
    await expect.poll(errors).toContain('listening');
    const url = /listening on (\S+)/.exec(errors())?.[1] ?? '';
    for (const id of ['msg_1', 'msg_2']) await deliver(url, { id, body: payloadOf(ID), secret: OTHER_SECRET });
    await expect.poll(errors).toContain('msg_2');
    running.kill('SIGTERM');
    await running;
    expect(errors().match(/rejected +401/g)).toHaveLength(2);
    expect(errors().match(/--record <folder>/g)).toHaveLength(1);
  });
});

test('the last answer of each target is in events show, for people and for machines', async () => {
  const body = { error: 'no such field' };
  await using target = await startScriptedServer([
    { status: 422, body, headers: { 'set-cookie': 'session=hush', 'x-request': 'r1' } },
    { status: 204, headers: { 'x-request': 'r2' } },
  ]);
  const args = ['--no-fetch', '-f', `${target.url}/?token=hush-hush`];
  await using listener = await startListener(workplace, args);
  await deliver(listener.url, { id: 'msg_1', body: payloadOf(ID) });
  const failed = await listener.line(({ type }) => type === 'forwarded');
  listener.kill('SIGTERM');
  await listener.ended;
  const shown = async (): Promise<Readonly<Record<string, unknown>>> => {
    const { stdout } = await workplace.run(['events', 'show', 'msg_1', '--json']);
    const { steps } = JSON.parse(stdout) as { steps: readonly Readonly<Record<string, unknown>>[] };
    return steps.find(({ step }) => String(step).startsWith('forward'))?.['answer'] as Readonly<
      Record<string, unknown>
    >;
  };
  const first = await shown();
  expect(first).toMatchObject({ status: 422, truncated: false });
  expect(JSON.parse(String(first['body']))).toEqual(body);
  expect(first['headers']).toContainEqual(['x-request', 'r1']);
  const { stdout: people } = await workplace.run(['events', 'show', 'msg_1']);
  expect(people).toMatch(/^forward http:\S+: .*\n {2}answered 422 at /m);
  expect(people).toContain('no such field');
  expect(people + JSON.stringify(first)).not.toContain('hush');
  // The next start does what is left, and does not use up an attempt.
  await using next = await startListener(workplace, args);
  const forwarded = await next.line(({ type }) => type === 'forwarded');
  expect(await shown()).toMatchObject({ status: 204, body: '' });
  expect([failed, forwarded]).toMatchObject([
    { target: `${target.url}/?token=***`, status: 422, attempt: 1, ok: false },
    { target: `${target.url}/?token=***`, status: 204, attempt: 1, ok: true },
  ]);
});

function collected(stream: NodeJS.ReadableStream | null | undefined): () => string {
  let text = '';
  stream?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return () => text;
}
