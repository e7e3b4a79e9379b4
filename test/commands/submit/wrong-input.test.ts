/** What is given by mistake: a workbook, an archive, columns of no field, https where there is none. */
import { expect, test } from 'vitest';
import { createHttp } from '../../../src/platform/http/http.ts';
import { run } from '../../support/run.ts';
import { startScriptedServer } from '../../support/scripted-server.ts';
import { expectScreen, screenOfRuns, WIDTHS } from '../../support/screens.ts';

/** The start of a workbook, as Excel writes it. */
const WORKBOOK = Buffer.from('PK\u0003\u0004\u0014\0\u0006\0\b\0\0\0!\0[Content_Types].xml', 'latin1');
/** The start of an OLE file. */
const OLD_WORKBOOK = Buffer.from('d0cf11e0a1b11ae1', 'hex');
const REQUEST = JSON.stringify({
  site_name: 'Example',
  picks: [{ pick_id: '1', location_id: 'A-01-1', order_id: '7' }],
});

const env = { OPTIPICK_API_KEY: 'test-key-0123456789', NO_COLOR: '1' };
const files = {
  'wave.xlsx': WORKBOOK,
  'wave.csv': WORKBOOK,
  'wave.json': WORKBOOK,
  'wave.ndjson': WORKBOOK,
  'wave.xls': OLD_WORKBOOK,
  'wave.zip': WORKBOOK,
  'request.json': REQUEST,
};

test.each(['wave.xlsx', 'wave.csv', 'wave.json', 'wave.ndjson', 'wave.xls'])(
  '%s is named as the workbook that it is, with what to do',
  async (name) => {
    const { ended, host } = await run(['cluster', 'submit', name], { env, files });
    expect(ended).toEqual({
      code: 2,
      stdout: '',
      stderr: `error: ${name} is an Excel workbook\nhint: save it as CSV UTF-8 (File > Save As) and submit that\n`,
    });
    expect(host.requests).toEqual([]);
  },
);

test('a workbook on stdin and among several files is named, too', async () => {
  const piped = await run(['cluster', 'submit', '-'], { env, stdin: WORKBOOK });
  expect([piped.code, piped.stderr.split('\n')[0]]).toEqual([2, 'error: <stdin> is an Excel workbook']);
  const several = await run(['cluster', 'submit', 'request.json', 'wave.xlsx'], { env, files });
  expect([several.code, several.stderr]).toEqual([
    2,
    expect.stringContaining(
      '  wave.xlsx is an Excel workbook: save it as CSV UTF-8 (File > Save As) and submit that\n',
    ),
  ]);
});

const HEAD = 'ORDER_ID,LOCATION_ID,PICK_ID,AISLE,Quantty,Remark';
const tables = {
  'a.csv': `${HEAD}\n7,A-01-1,1,A,2,\n7,A-02-1,2,A,1,\n`,
  'b.csv': `${HEAD}\n8,A-01-1,3,A,2,\n`,
  'c.csv': 'ORDER_ID,LOCATION_ID,PICK_ID,Remark\n9,A-01-1,4,\n',
};

test('columns that are not sent are listed once a file, with --map for one that is near a field', async () => {
  const argv = ['cluster', 'submit', 'a.csv', '--site', 'Example', '--dry-run'];
  const { code, stderr } = await run(argv, { env, files: tables });
  expect([code, stderr.split('\n').slice(0, 2)]).toEqual([
    0,
    [
      'note: the columns "AISLE", "Remark" are not sent (a.csv:1:1)',
      'warning: unknown column "Quantty", did you mean "quantity"? It is not sent; to send it add --map quantity=Quantty (a.csv:1:36)',
    ],
  ]);
  const mapped = await run([...argv, '--map', 'quantity=Quantty'], { env, files: tables });
  expect([mapped.code, mapped.stderr.includes('warning')]).toEqual([0, false]);
});

test('columns that are not sent are listed once for files that have the same', async () => {
  const { code, stderr } = await run(
    ['cluster', 'submit', 'a.csv', 'b.csv', 'c.csv', '--site', 'Example', '--dry-run'],
    { env, files: tables },
  );
  expect([code, stderr.split('\n').filter((line) => /^(?:note|warning): /.test(line))]).toEqual([
    0,
    [
      'note: the columns "AISLE", "Remark" are not sent, also in 1 more (a.csv:1:1)',
      'note: the column "Remark" is not sent (c.csv:1:1)',
      'warning: unknown column "Quantty", also in 1 more, did you mean "quantity"? It is not sent; to send it add --map quantity=Quantty (a.csv:1:36)',
    ],
  ]);
});

test.each(WIDTHS)('what is given by mistake is shown as in its file on %i columns', async (columns) => {
  await using server = await startScriptedServer([{ body: {} }]);
  const secure = server.url.replace('http:', 'https:');
  const options = {
    env,
    files: { ...files, ...tables },
    columns,
    terminal: { stdout: true, stderr: true },
    http: createHttp({}),
  };
  const screens = await Promise.all([
    run(['cluster', 'submit', 'wave.xlsx'], options),
    run(['cluster', 'submit', 'wave.zip'], options),
    run(['cluster', 'submit', 'request.json', '--base-url', secure], options),
    run(['cluster', 'submit', 'a.csv', '--site', 'Example'], {
      ...options,
      env: { ...env, OPTIPICK_BASE_URL: secure },
    }),
  ]);
  expect(server.seen).toEqual([]);
  await expectScreen(
    `submit/wrong-input-${columns}`,
    screenOfRuns(screens, columns).replaceAll(`${server.port}`, '34567'),
  );
});
