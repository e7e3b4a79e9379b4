/** What is given by mistake: a workbook, an archive, https where there is none. */
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

test.each(WIDTHS)('what is given by mistake is shown as in its file on %i columns', async (columns) => {
  await using server = await startScriptedServer([{ body: {} }]);
  const secure = server.url.replace('http:', 'https:');
  const options = { env, files, columns, terminal: { stdout: true, stderr: true }, http: createHttp({}) };
  const screens = await Promise.all([
    run(['cluster', 'submit', 'wave.xlsx'], options),
    run(['cluster', 'submit', 'wave.zip'], options),
    run(['cluster', 'submit', 'request.json', '--base-url', secure], options),
  ]);
  expect(server.seen).toEqual([]);
  await expectScreen(`submit/wrong-input-${columns}`, screenOfRuns(screens, columns).replaceAll(`${server.port}`, '34567'));
});
