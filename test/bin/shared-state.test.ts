/** Several machines on one state, as processes with folders of their own. */
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Readable } from 'node:stream';
import { parseStateUrl, shownStateUrl } from '../../src/settings/state-url.ts';
import { inspectorClient, inspectorUrl } from '../support/inspector.ts';
import { deliver, OTHER_SECRET, payloadOf, startListener, type Line } from '../support/listener.ts';
import { schemaOfTest } from '../support/postgres.ts';
import { createWorkplace, type Workplace } from '../support/program.ts';
import { firstLines, startSandbox } from '../support/sandbox.ts';

const ID = '67507ad05e593173d0313e0f';

async function newMachine(): Promise<Workplace> {
  const workplace = await createWorkplace();
  onTestFinished(() => workplace.remove());
  return workplace;
}

const isEvent = ({ type }: Line): boolean => type === 'event';

test('a webhook that one machine receives is printed by one of the two, and known to all', async () => {
  const { url, address } = await schemaOfTest();
  const env = { OPTIPICK_STATE_URL: url };
  const machines = [await newMachine(), await newMachine()] as const;
  await using one = await startListener(machines[0], ['--no-fetch'], { env });
  await using other = await startListener(machines[1], ['--no-fetch'], { env });
  expect(one.lines()[0]).toMatchObject({ type: 'ready', state: shownStateUrl(address) });

  const ids = Array.from({ length: 20 }, (_, index) => `msg_${index}`);
  for (const [index, id] of ids.entries()) {
    const [to, also] = index % 2 === 0 ? [one, other] : [other, one];
    // What both receive at the same time is one delivery.
    const statuses = await Promise.all([to, also].map((each) => deliver(each.url, { id, body: payloadOf(ID) })));
    expect(statuses).toEqual([204, 204]);
  }
  const printed = (): readonly string[] =>
    [...one.lines(), ...other.lines()].filter(isEvent).map((line) => String(line['id']));
  await expect.poll(() => printed().length).toBe(ids.length);
  expect(new Set(printed())).toEqual(new Set(ids));

  const third = await newMachine();
  const listed = await third.run(['events', 'list', '--json'], { env });
  expect(listed.stdout.trim().split('\n')).toHaveLength(ids.length);
  // The password is nowhere, and nothing lies in the folders.
  expect([one.errors(), other.errors(), listed.stderr].join('')).not.toContain('of a test');
  for (const machine of [...machines, third]) expect(await readdir(machine.folder)).toEqual([]);
});

test('what a listener was at when it was killed is done by another one', async () => {
  const { url } = await schemaOfTest();
  const env = { OPTIPICK_STATE_URL: url };
  const [first, second] = [await newMachine(), await newMachine()];
  await using one = await startListener(first, ['--no-fetch', '--exec', 'sleep 10'], { env });
  await deliver(one.url, { id: 'msg_1', body: payloadOf(ID) });
  await one.line(isEvent);
  const mark = join(second.folder, 'done');
  await using other = await startListener(second, ['--no-fetch', '--exec', `cat >'${mark}'`], { env });
  one.kill('SIGKILL');
  await other.line(({ type, ok }) => type === 'executed' && ok === true);
  expect(await readdir(second.folder)).toEqual(['done']);
});

test('a submission on one machine ends its wait when another one receives the webhook', async () => {
  const { url } = await schemaOfTest();
  const [machine, receiver] = [await newMachine(), await newMachine()];
  const env = { OPTIPICK_STATE_URL: url };
  await using listener = await startListener(receiver, ['--no-fetch'], { env });
  await using sandbox = await startSandbox(receiver, ['--latency', '3s', '--webhook', listener.url]);
  const api = { OPTIPICK_API_KEY: sandbox.ready.api_key, OPTIPICK_BASE_URL: sandbox.url };
  const example = await machine.run(['example', 'cluster']);
  await writeFile(join(machine.folder, 'wave.json'), example.stdout);
  const waited = await machine.run(['cluster', 'submit', 'wave.json', '--wait', '--json'], { env: { ...env, ...api } });
  const { request_id: id } = JSON.parse(waited.stdout) as { request_id: string };
  expect(waited).toMatchObject({ code: 0, stderr: `submitted as ${id}\n` });
  // Without the state of its own, from a third machine: the kind is known.
  const polled = await (await newMachine()).run(['poll', id, '--once', '--json'], { env: { ...env, ...api } });
  expect(polled).toMatchObject({ code: 0, stderr: '' });
});

test('the demo has two endpoints share an inbox, in a schema that is gone afterwards', async () => {
  const schema = await schemaOfTest();
  const machine = await newMachine();
  const { code, stdout, stderr } = await machine.run(['demo'], {
    env: { OPTIPICK_STATE_URL: schema.url },
    timeoutMs: 60_000,
  });
  expect({ code, isAnswered: stdout.includes('distance  150 m -> 99.0 m') }).toEqual({ code: 0, isAnswered: true });
  const shared = stderr.split('\n').filter((line) => /^\d\. (?:Two|Webhook)/.test(line));
  expect(shared[0]).toMatch(/They share an inbox in postgres:\/\/\w+:\*\*\*@\S+schema=optipick_demo_[\da-f]{8}\.$/);
  expect(shared.slice(1)).toEqual([
    expect.stringMatching(
      /arrived at both: ([12]) stored it, (?!\1)[12] found it there already, and [12] alone works on it\.$/,
    ),
    expect.stringMatching(
      /arrived at both: ([12]) stored it, (?!\1)[12] found it there already, and [12] alone works on it\.$/,
    ),
  ]);
  const client = await schema.connect();
  const { rows } = await client.query(`SELECT nspname FROM pg_namespace WHERE nspname LIKE 'optipick_demo_%'`);
  await client.end();
  expect(rows).toEqual([]);
  expect(await readdir(machine.folder)).toEqual([]);
});

test('listeners that start one after the other leave a retry when it is due; events replay --pending makes it due', async () => {
  const schema = await schemaOfTest();
  const env = { OPTIPICK_STATE_URL: schema.url };
  const args = ['--no-fetch', '--exec', 'exit 1'];
  const first = await newMachine();
  await using one = await startListener(first, args, { env });
  await deliver(one.url, { id: 'msg_1', body: payloadOf(ID) });
  await one.line(({ type }) => type === 'executed');
  const client = await schema.connect();
  onTestFinished(() => client.end());
  const execStep = async () => {
    const sql = `SELECT attempts, next_attempt_at, owner FROM "${schema.address.schema}".steps WHERE step = 'exec'`;
    return (await client.query(sql)).rows[0];
  };
  await expect.poll(execStep).toMatchObject({ owner: null });
  // Far enough away that a busy machine does not reach it.
  await client.query(
    `UPDATE "${schema.address.schema}".steps SET next_attempt_at = next_attempt_at + 600000 WHERE step = 'exec'`,
  );
  const waiting = await execStep();
  for (let number = 0; number < 3; number += 1) {
    await using next = await startListener(await newMachine(), args, { env });
    await deliver(next.url, { id: `msg_next_${number}`, body: payloadOf(ID) });
    // By then it has looked for work more than once.
    await next.line(({ type, id }) => type === 'executed' && id === `msg_next_${number}`);
  }
  const later = `SELECT next_attempt_at FROM "${schema.address.schema}".steps JOIN "${schema.address.schema}".deliveries
    ON sequence = delivery WHERE id = 'msg_1' AND step = 'exec'`;
  expect((await client.query(later)).rows).toEqual([{ next_attempt_at: waiting?.['next_attempt_at'] }]);
  const replayed = await first.run(['events', 'replay', '--pending'], { env });
  expect(replayed.code).toBe(0);
  expect(Number((await client.query(later)).rows[0]?.['next_attempt_at'])).toBeLessThan(
    Number(waiting?.['next_attempt_at']),
  );
});

test('the demo with a database that cannot be reached says so once', async () => {
  const { code, stderr } = await (
    await newMachine()
  ).run(['demo'], {
    env: { OPTIPICK_STATE_URL: 'postgres://app@127.0.0.1:1/optipick' },
  });
  expect({ code, errors: stderr.split('\n').filter((line) => line.startsWith('error: ')) }).toEqual({
    code: 7,
    errors: [expect.stringContaining('connect ECONNREFUSED 127.0.0.1:1')],
  });
});

test('a page on one machine shows what another one received, and who works on it', async () => {
  const { url } = await schemaOfTest();
  const env = { OPTIPICK_STATE_URL: url };
  const [receiver, viewer] = [await newMachine(), await newMachine()];
  await using listener = await startListener(receiver, ['--no-fetch', '--exec', 'sleep 20', '--inspect', '0'], { env });
  await deliver(listener.url, { id: 'msg_1', body: payloadOf(ID) });
  expect(await deliver(listener.url, { id: 'msg_forged', body: payloadOf(ID), secret: OTHER_SECRET })).toBe(401);
  await listener.line(isEvent);
  const own = inspectorClient(await inspectorUrl(listener));
  await expect
    .poll(async () => (await own('/deliveries/1')).body)
    .toContain('Attempt 1 is under way, by this listener.');
  expect((await own('/?state=rejected')).body).toContain('msg_forged');

  const ui = viewer.start(['events', 'ui', '--port', '0', '--json'], { env });
  onTestFinished(() => void ui.kill('SIGKILL'));
  const [line = ''] = await firstLines(ui.stdout as Readable, 1);
  const ask = inspectorClient(new URL((JSON.parse(line) as { inspector_url: string }).inspector_url));
  const { body } = await ask('/deliveries/1');
  expect(body).toMatch(/Attempt 1 is under way, by another listener \([\w-]{16}\)\./);
  expect(body).toContain(`<p>state <code>${shownStateUrl(parseStateUrl(url)).replaceAll('&', '&amp;')}</code></p>`);
  // Rejected requests are in the memory of the listener.
  expect((await ask('/')).body).not.toContain('msg_forged');
});
