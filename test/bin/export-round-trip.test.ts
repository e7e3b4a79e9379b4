/** From a warehouse export to a plan that can be imported, with gates and reports on the way. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createWorkplace, type Workplace } from '../support/program.ts';
import { startSandbox, type RunningSandbox } from '../support/sandbox.ts';

let workplace: Workplace;
let sandbox: RunningSandbox;
let env: Record<string, string>;
beforeEach(async () => {
  workplace = await createWorkplace();
  sandbox = await startSandbox(workplace, ['--latency', '10ms', '--seed', '1']);
  env = { OPTIPICK_API_KEY: sandbox.ready.api_key, OPTIPICK_BASE_URL: sandbox.url };
});
afterEach(async () => {
  await sandbox[Symbol.asyncDispose]();
  await workplace.remove();
});

const put = (name: string, text: string): Promise<void> => writeFile(join(workplace.folder, name), text);
const read = (name: string): Promise<string> => readFile(join(workplace.folder, name), 'utf8');
const rowsOf = (text: string): readonly string[] => text.trimEnd().split('\n');

const EXPORT = `Wave;Line No;Order Id;Bin;List;Seq;Remark
W1;0001;SO-1;A01;L1;1;"fragile; ""glass"""
W1;0002;SO-1;C02|D06;L1;2;
W1;0003;SO-2;B08;L2;1; two  spaces
W2;0001;SO-3;A05;L3;1;true
W2;0002;SO-4;NOWHERE;L3;2;007
W2;0003;SO-4;D09;L3;3;
`;
const MAP = ['wave_id=Wave', 'pick_id=Line No', 'location_id=Bin', 'list_id=List', 'asis_sequence=Seq'].flatMap(
  (one) => ['--map', one],
);
const FLAGS = [
  '--site',
  'Example',
  '--start',
  'Start',
  '--end',
  'End',
  '--param',
  'pick_violation_handling="REMOVE_PICKS"',
];

const UNSENT = 'note: the column "Remark" is not sent (wave.csv:1:1)\n';

describe('an export comes back', () => {
  test('with every row once, its own columns as they were, and where it goes', async () => {
    await put('wave.csv', EXPORT);
    const args = ['cluster', 'submit', 'wave.csv', ...MAP, ...FLAGS, '--wait', '--format', 'csv'];
    const result = await workplace.run(args, { env });
    expect({ code: result.code, stderr: result.stderr }).toEqual({ code: 0, stderr: UNSENT });
    const [header, ...rows] = rowsOf(result.stdout);
    expect(header).toBe('Wave;Line No;Order Id;Bin;List;Seq;Remark;CLUSTER;SEQUENCE');
    expect(rows.toSorted()).toEqual([
      'W1;0001;SO-1;A01;L1;1;"fragile; ""glass""";cluster_0;1',
      'W1;0002;SO-1;C02|D06;L1;2;;cluster_0;2',
      'W1;0003;SO-2;B08;L2;1;" two  spaces";cluster_0;3',
      'W2;0001;SO-3;A05;L3;1;true;cluster_0;1',
      'W2;0002;SO-4;NOWHERE;L3;2;007;;',
      'W2;0003;SO-4;D09;L3;3;;cluster_0;2',
    ]);
  });

  test('and goes in again: the columns it was given do not clash', async () => {
    await put('wave.csv', EXPORT);
    const args = ['cluster', 'submit', 'wave.csv', ...MAP, ...FLAGS, '--wait', '-o', 'planned.csv'];
    expect((await workplace.run(args, { env })).code).toBe(0);
    const again = ['cluster', 'submit', 'planned.csv', ...MAP, ...FLAGS, '--wait', '-o', 'again.csv'];
    expect(await workplace.run(again, { env })).toEqual({
      code: 0,
      stdout: '',
      stderr: UNSENT.replace('wave.csv', 'planned.csv'),
    });
    expect(rowsOf(await read('again.csv'))[0]).toBe(
      'Wave;Line No;Order Id;Bin;List;Seq;Remark;CLUSTER;SEQUENCE;CLUSTER_2;SEQUENCE_2',
    );
  });

  test('as a route in walking order, with the location that was chosen', async () => {
    await put('wave.csv', EXPORT);
    const args = ['route', 'submit', 'wave.csv', ...MAP, ...FLAGS, '--wave', 'W1', '--wait', '--format', 'csv'];
    const result = await workplace.run(args, { env });
    const [header, ...rows] = rowsOf(result.stdout);
    expect(header).toBe('Wave;Line No;Order Id;Bin;List;Seq;Remark;CHOSEN_LOCATION;CLUSTER;SEQUENCE');
    expect(rows.map((row) => row.split(';').slice(-3))).toEqual([
      ['A01', '', '1'],
      ['B08', '', '2'],
      [expect.stringMatching(/^(C02|D06)$/), '', '3'],
    ]);
  });

  test('from an answer alone under the names of the API', async () => {
    await put('wave.csv', EXPORT);
    const id = (await workplace.run(['cluster', 'submit', 'wave.csv', ...MAP, ...FLAGS, '--wave', 'W1'], { env }))
      .stdout;
    const result = await workplace.run(['poll', id.trim(), '--format', 'csv'], { env });
    expect(rowsOf(result.stdout)).toEqual([
      'WAVE_ID,PICK_ID,ORDER_ID,LOCATION_ID,LIST_ID,ASIS_SEQUENCE,SKU_ID,QUANTITY,CLUSTER,SEQUENCE',
      'W1,0001,SO-1,A01,L1,1,,,cluster_0,1',
      'W1,0002,SO-1,C02|D06,L1,2,,,cluster_0,2',
      'W1,0003,SO-2,B08,L2,1,,,cluster_0,3',
    ]);
  });
});

describe('gates', () => {
  const WAVE = ['cluster', 'submit', 'wave.csv', ...MAP, ...FLAGS, '--wave', 'W1', '--wait', '--json'];

  test('that hold leave the exit code alone', async () => {
    await put('wave.csv', EXPORT);
    const result = await workplace.run([...WAVE, '--fail-if', 'clusters>1', '--fail-if', 'invalid_picks>0'], { env });
    expect(result.code).toBe(0);
  });

  test('that trip are exit 3 with the reason, and the answer is printed all the same', async () => {
    await put('wave.csv', EXPORT);
    const result = await workplace.run([...WAVE, '--fail-if', 'picks>=3', '--junit', 'report.xml'], { env });
    expect(result.code).toBe(3);
    expect(JSON.parse(result.stdout)).toMatchObject({ type: 'CLUSTER', wave_id: 'W1' });
    expect(JSON.parse(rowsOf(result.stderr).at(-1) ?? '')).toMatchObject({
      error: { code: 'gate_tripped', exitCode: 3, retryable: false, message: 'the gate picks>=3 tripped: picks is 3' },
    });
    const report = await read('report.xml');
    expect(report).toContain('<testsuite name="W1" tests="');
    expect(report.match(/<failure/g)).toHaveLength(1);
    expect(report).toContain('<testcase name="not picks&gt;=3" classname="W1.gates">');
  });

  test('of several waves name the wave', async () => {
    await put('wave.csv', EXPORT);
    const args = ['cluster', 'submit', 'wave.csv', ...MAP, ...FLAGS, '--wait', '--fail-if', 'invalid_picks>0'];
    const result = await workplace.run(args, { env });
    expect(result.code).toBe(3);
    expect(rowsOf(result.stderr)).toEqual([
      UNSENT.trim(),
      'error: W2: the gate invalid_picks>0 tripped: invalid_picks is 1',
      'error: 1 of 2 requests failed',
    ]);
  });

  test('that are malformed are exit 2 before anything is sent', async () => {
    await put('wave.csv', EXPORT);
    const result = await workplace.run([...WAVE, '--fail-if', 'savings below 5'], { env });
    expect({ code: result.code, stdout: result.stdout }).toEqual({ code: 2, stdout: '' });
    expect((await sandbox.call('GET', '/_sandbox/messages')).body).toEqual([]);
  });
});
