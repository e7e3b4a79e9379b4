/** The flags that say how a table is to be read, on the command line. */
import { expect, test } from 'vitest';
import { run, type Run } from '../support/run.ts';

const TABLE = `Pick list of 2026-01-05;;;
WAVE_ID;ORDER_ID;LOCATION_ID;QUANTITY
Wave;Order;Storage bin;pcs
W1;O1;A01;1
;;A02;2
;O2;A03;1
;;Total;4
W2;O3;B01;5
WAVE_ID;ORDER_ID;LOCATION_ID;QUANTITY
;;B02;1
`;

function dry(flags: readonly string[]): Promise<Run> {
  const argv = ['cluster', 'submit', 'w.csv', '--site', 'Example', '--dry-run', '--quiet', ...flags];
  return run(argv, { files: { 'w.csv': TABLE } });
}

test('T13, T18: an export with labels, groups and a total is an error that names each and how to read it', async () => {
  expect((await dry([])).ended).toEqual({
    code: 2,
    stdout: '',
    stderr: `error: w.csv is not a valid cluster request: 3 errors
  line 3 looks like a second header: --skip-lines 3, or delete it; if it is a pick, --skip-lines none (w.csv:3:1)
  line 7 looks like a total: --skip-lines 7, or delete it; if it is a pick, --skip-lines none (w.csv:7:1)
  3 rows have no WAVE_ID and others have one: add --fill-down WAVE_ID when the row above has it, else write it into each row (w.csv:5)
hint: nothing was sent: fix the file and run the command again
`,
  });
});

test('T2, T5, T13, T18: the same export is read with the flags that the error names', async () => {
  const sent = `{"wave_id":"W1","site_name":"Example","picks":[{"pick_id":"pick_1","location_id":"A01","quantity":1,"order_id":"O1"},{"pick_id":"pick_2","location_id":"A02","quantity":2,"order_id":"O1"},{"pick_id":"pick_3","location_id":"A03","quantity":1,"order_id":"O2"}]}
{"wave_id":"W2","site_name":"Example","picks":[{"pick_id":"pick_1","location_id":"B01","quantity":5,"order_id":"O3"},{"pick_id":"pick_2","location_id":"B02","quantity":1,"order_id":"O3"}]}
`;
  for (const flags of [
    ['--skip-lines', '3,7', '--fill-down', 'WAVE_ID,ORDER_ID'],
    ['--skip-lines', '3', '--skip-lines=7', '--fill-down', 'wave_id', '--fill-down', 'order_id'],
  ]) {
    const { code, stdout } = await dry(flags);
    expect([code, stdout.replaceAll(/^(?!\{).*\n/gm, '')]).toEqual([0, sent]);
  }
  const { stderr } = await run(
    [
      'cluster',
      'submit',
      'w.csv',
      '--site',
      'Example',
      '--dry-run',
      '--skip-lines',
      '3,7',
      '--fill-down',
      'WAVE_ID,ORDER_ID',
    ],
    { files: { 'w.csv': TABLE } },
  );
  expect(stderr.split('\n').filter((line) => line.startsWith('warning: '))).toEqual([
    'warning: a line above the header is left out (w.csv:1:1)',
    'warning: a line repeats the header and is left out: were exports joined? (w.csv:9:1)',
  ]);
});

test('--skip-lines takes line numbers and none', async () => {
  expect((await dry(['--skip-lines', '2-x'])).ended).toEqual({
    code: 2,
    stdout: '',
    stderr: `error: --skip-lines 2-x names no lines
hint: give the numbers of lines, which count from 1, such as 2 or 1-3,5; none leaves out nothing
`,
  });
});
