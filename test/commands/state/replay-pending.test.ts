import { expect, test } from 'vitest';
import { schemaOfTest } from '../../support/postgres.ts';
import { errorOf } from '../../support/run.ts';
import { createMachine, FILE, fillFile, runOn } from './machine.ts';

const STEPS = `SELECT d.id, s.step, s.next_attempt_at, s.attempts FROM @steps s JOIN @deliveries d ON d.sequence = s.delivery
  WHERE s.state = 'pending' AND d.scope = 'https://optipick.api.optioryx.com' ORDER BY d.id, s.step`;

test('events replay --pending makes due what waits in a file, without the attempt that failed', async () => {
  const host = createMachine();
  await fillFile(host);
  const steps = async () => (await host.openDatabase(FILE)).prepare(STEPS.replaceAll('@', '')).all();
  const late = (await steps()).filter((row) => Number(row['next_attempt_at']) > host.clock.now());
  expect(late).toHaveLength(1);
  expect(await runOn(host, 'events', 'replay', '--pending')).toEqual({
    code: 0,
    stdout: 'msg_pending  due\nmsg_failed  due\n',
    stderr: '',
  });
  for (const row of await steps()) expect(Number(row['next_attempt_at'])).toBeLessThanOrEqual(host.clock.now());
  expect((await steps()).find(({ id }) => id === 'msg_failed')).toMatchObject({ attempts: 0 });
});

test('events replay --pending makes due what waits in a shared state', async () => {
  const schema = await schemaOfTest();
  const host = createMachine({ url: schema.url });
  await fillFile(host);
  await runOn(host, 'state', 'import', '--from-sqlite');
  const client = await schema.connect();
  const inSchema = (sql: string): string => sql.replaceAll('@', `"${schema.address.schema}".`);
  const hour = Date.now() + 3_600_000;
  await client.query(inSchema(`UPDATE @steps SET next_attempt_at = ${hour}, owner = NULL WHERE state = 'pending'`));
  const { code, stdout } = await runOn(host, 'events', 'replay', '--pending', '--json');
  expect(code).toBe(0);
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { id: string; outcome: string });
  expect(lines.map(({ id, outcome }) => [id, outcome])).toEqual([
    ['msg_pending', 'due'],
    ['msg_failed', 'due'],
  ]);
  const { rows } = await client.query(inSchema(STEPS));
  await client.end();
  expect(rows.length).toBeGreaterThan(3);
  for (const row of rows) expect(Number(row['next_attempt_at'])).toBeLessThan(hour - 1_800_000);
});

test('events replay --pending with nothing to do says so, and takes nothing beside it', async () => {
  expect(await runOn(createMachine(), 'events', 'replay', '--pending')).toEqual({
    code: 0,
    stdout: '',
    stderr: 'nothing to replay\n',
  });
  for (const argv of [['msg_1'], ['--failed'], ['-f', 'http://127.0.0.1:3000/']]) {
    const { code, stderr } = await runOn(createMachine(), 'events', 'replay', '--pending', ...argv, '--json');
    expect(code).toBe(2);
    expect(errorOf(stderr)).toMatchObject({ code: 'conflicting_options' });
  }
});
