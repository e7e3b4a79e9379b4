/** What the built program prints with `--json`, held against the schemas of docs/reference. */
import type { Readable } from 'node:stream';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { JSON_OUTPUTS } from '../../scripts/docs/json-outputs.ts';
import { undocumented } from '../support/json-output.ts';
import { deliver, payloadOf, SECRET, signedHeaders, startListener, type Line } from '../support/listener.ts';
import { schemaOfTest } from '../support/postgres.ts';
import { createWorkplace, type RunResult, type Workplace } from '../support/program.ts';
import { startReceiver } from '../support/receiver.ts';
import { firstLines, startSandbox } from '../support/sandbox.ts';

function expectDocumented(name: string, value: unknown): void {
  expect(undocumented(name, value), name).toEqual([]);
}

function jsonLines({ stdout }: Pick<RunResult, 'stdout'>): readonly Line[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
}

/** At least one line was printed, and each is as the schema says. */
function expectLines(name: string, result: RunResult): readonly Line[] {
  const lines = jsonLines(result);
  expect(lines.length, result.stderr).toBeGreaterThan(0);
  for (const line of lines) expectDocumented(name, line);
  return lines;
}

function expectError(result: RunResult): void {
  expectDocumented('error', JSON.parse(result.stderr.trimEnd().split('\n').at(-1) ?? ''));
}

async function newWorkplace(): Promise<Workplace> {
  const workplace = await createWorkplace();
  onTestFinished(() => workplace.remove());
  return workplace;
}

describe('the samples of json-output.md', () => {
  test.each(JSON_OUTPUTS.map(({ name, example }) => [name, example]))('%s is as its schema says', (name, example) => {
    expect(undocumented(name, example)).toEqual([]);
  });

  test.each(JSON_OUTPUTS.map(({ name }) => name))('%s stands below its heading, with its schema', async (name) => {
    const page = await readFile(join(import.meta.dirname, '../../docs/reference/json-output.md'), 'utf8');
    const section = page.split(/^## /m).find((part) => part.startsWith(`${name}\n`)) ?? '';
    const [, sample = ''] = /^```json\n([\s\S]*?)^```$/m.exec(section) ?? [];
    expect(undocumented(name, JSON.parse(sample))).toEqual([]);
    expect(section).toContain(`(schemas/${name}.schema.json)`);
  });

  test('a wrong, a missing and an unknown field are found', () => {
    expect(undocumented('config-path', { path: 1 })).toEqual(['/path: expected string, found 1']);
    expect(undocumented('config-path', {})).toEqual(['/path: is missing']);
    expect(undocumented('config-path', { path: '/', more: 1 })).toEqual(['/more: is not described']);
  });
});

// Dozens of processes: a busy machine takes its time for each.
describe('what is printed is as its schema says:', { timeout: 240_000 }, () => {
  test('submissions, results, differences and errors', async () => {
    const workplace = await newWorkplace();
    await using sandbox = await startSandbox(workplace, ['--latency', '0']);
    expectDocumented('sandbox-ready', sandbox.ready);
    const env = { OPTIPICK_BASE_URL: sandbox.url, OPTIPICK_API_KEY: sandbox.ready.api_key };
    const run = (...args: readonly string[]) => workplace.run([...args, '--json'], { env, timeoutMs: 60_000 });
    for (const [name, picks] of [
      ['one', '8'],
      ['two', '12'],
    ] as const) {
      const { stdout } = await workplace.run(['example', 'cluster', '--picks', picks, '--json']);
      await writeFile(join(workplace.folder, `${name}.json`), stdout);
    }
    const [submission] = expectLines('submission', await run('cluster', 'submit', 'one.json'));
    const id = String(submission?.['request_id']);
    const submitted = expectLines('submitted', await run('cluster', 'submit', 'one.json', 'two.json'));
    const ids = submitted.map((line) => String(line['request_id']));
    const waited = await run('cluster', 'submit', 'one.json', 'two.json', '--wait', '--fail-if', 'saving<99%');
    expect(expectLines('result', waited)[0]?.['gates']).toHaveLength(1);
    expectError(waited);
    expectLines('result', await run('poll', ...ids));
    for (const [name, one] of [
      ['a', id],
      ['b', ids[1] ?? ''],
    ] as const) {
      const { stdout } = await run('poll', one);
      await writeFile(join(workplace.folder, `${name}.json`), stdout);
    }
    expectLines('diff', await run('diff', 'a.json', 'b.json'));
    await run('cluster', 'submit', 'one.json');
    expectLines('result', await run('events', 'sync'));
    await writeFile(join(workplace.folder, 'bad.json'), '{"site_name":"Example","picks":[{"pick_id":1}]}');
    expectError(await run('cluster', 'submit', 'bad.json'));
    expectError(await run('cluster', 'get', '000000000000000000000000'));
    expectError(await run('poll', id, '--nonsense'));
    expectError(await workplace.run(['poll', id, '--json', '--base-url', sandbox.url]));
    expectError(
      await workplace.run(['poll', id, '--json'], { env: { ...env, OPTIPICK_BASE_URL: 'http://127.0.0.1:1' } }),
    );
  });

  test('each line of a listener, events and deliveries', async () => {
    const workplace = await newWorkplace();
    await using target = await startReceiver([500]);
    const flags = ['--no-fetch', '--exec', 'exit 3', '--forward-to', target.url];
    await using listener = await startListener(workplace, flags);
    const id = 'msg_1';
    const body = payloadOf('67507ad05e593173d0313e0f');
    expect(await deliver(listener.url, { id, body })).toBe(204);
    expect(await deliver(listener.url, { id, body })).toBe(204);
    expect(await deliver(listener.url, { id: 'msg_2', body: '{}' })).toBe(204);
    expect(await deliver(listener.url, { id: 'msg_3', body, at: Date.now() - 3_600_000 })).toBe(401);
    for (const type of ['event', 'duplicate', 'rejected', 'forwarded', 'executed']) {
      await listener.line((line) => line['type'] === type);
    }
    listener.kill('SIGTERM');
    await listener.ended;
    const types = new Set(listener.lines().map((line) => line['type']));
    expect([types.has('ready'), types.has('closed')]).toEqual([true, true]);
    for (const line of listener.lines()) expectDocumented(`listen-${String(line['type'])}`, line);
    const run = (...args: readonly string[]) => workplace.run([...args, '--json'], { timeoutMs: 60_000 });
    expectLines('events-list', await run('events', 'list'));
    expectLines('events-show', await run('events', 'show', id));
    expectLines('events-replay', await run('events', 'replay', id, '--forward-to', target.url));
    expectLines('events-discard', await run('events', 'discard', '--pending'));
    expectError(await run('events', 'show', 'msg_none'));
    expectLines('state-status', await run('state', 'status'));
    expectLines('state-prune', await run('state', 'prune'));
    const exported = jsonLines(await run('state', 'export'));
    expectDocumented('state-export', exported[0]);

    for (const [name, args] of [
      ['events-ui', ['events', 'ui', '--port', '0']],
      ['dev-sandbox', ['dev']],
    ] as const) {
      const running = workplace.start([...args, '--json']);
      const [line = ''] = await firstLines(running.stdout as Readable, 1);
      expectDocumented(name, JSON.parse(line) as Line);
      running.kill('SIGKILL');
    }

    const schema = await schemaOfTest({ isEmpty: true });
    const shared = { env: { OPTIPICK_STATE_URL: schema.url }, timeoutMs: 60_000 };
    expectLines('state-status', await workplace.run(['state', 'status', '--json'], shared));
    expectLines('state-migrate', await workplace.run(['state', 'migrate', '--json'], shared));
    expectLines('state-status', await workplace.run(['state', 'status', '--json'], shared));
    expectLines('state-import', await workplace.run(['state', 'import', '--from-sqlite', '--json'], shared));
  });

  test('test webhooks and verifications', async () => {
    const workplace = await newWorkplace();
    const env = { OPTIPICK_WEBHOOK_SECRET: SECRET };
    const run = (...args: readonly string[]) => workplace.run([...args, '--json'], { env, timeoutMs: 60_000 });
    await using target = await startReceiver();
    expectLines('trigger-result', await run('trigger', 'cluster.optimized', '--to', target.url));
    expectLines('trigger-result', await run('trigger', 'cluster.optimized', '--to', 'http://127.0.0.1:1'));
    const suite = await run('trigger', '--suite', '--to', target.url, '--framework', 'flask');
    expectLines('trigger-suite', suite);
    expectError(suite);

    const body = payloadOf('67507ad05e593173d0313e0f');
    const headers = Object.entries(signedHeaders({ id: 'msg_1', body })).map(([name, value]) => `${name}: ${value}`);
    const head = ['POST /webhook HTTP/1.1', ...headers, `content-length: ${body.length}`];
    const request = `${head.join('\r\n')}\r\n\r\n${body}`;
    await writeFile(join(workplace.folder, 'good.http'), request);
    await writeFile(join(workplace.folder, 'bad.http'), request.replace('67507ad', '67507ae'));
    expectLines('verify', await run('verify', 'good.http'));
    const failed = await run('verify', 'bad.http', '--framework', 'express');
    expectLines('verify', failed);
    expectError(failed);
  });

  test('settings, checks of the machine, help', async () => {
    const workplace = await newWorkplace();
    const env = { OPTIPICK_API_KEY: 'key-0123456789abcdefghij' };
    const run = (...args: readonly string[]) => workplace.run([...args, '--json'], { env, timeoutMs: 60_000 });
    expectLines('config-list', await run('config', 'list'));
    expectLines('config-get', await run('config', 'get', 'port'));
    expectLines('config-path', await run('config', 'path'));
    expectError(await run('config', 'get', 'webhook-secret'));
    const [checks] = jsonLines(await run('doctor', '--offline', '--port', '0'));
    expectDocumented('doctor', checks);
    const [tree] = expectLines('help', await run('help'));
    const below = (document: Line): readonly Line[] => [
      document,
      ...(document['subcommands'] as readonly Line[]).flatMap(below),
    ];
    for (const document of below(tree ?? {})) expectDocumented('help', { v: 1, ...document });
    expectLines('help', await run('help', 'poll'));
    expectLines('help-topic', await run('help', 'exit-codes'));
    expectLines('help-topic', await run('help', 'no_api_key'));
  });

  test('every schema is met by one of these tests', async () => {
    // The lines of every listener are checked, those of the tests of the relay and of slow readers, too.
    const elsewhere = new Set(['listen-more', 'listen-reconnecting', 'listen-connected']);
    const text = await readFile(import.meta.filename, 'utf8');
    const unmet = JSON_OUTPUTS.map(({ name }) => name).filter(
      (name) => !elsewhere.has(name) && !text.includes(`'${name.replace(/^listen-/, '')}'`),
    );
    expect(unmet).toEqual([]);
  });
});
