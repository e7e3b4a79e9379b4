/** `--format csv` gives the caller's table back in the caller's way of writing tables. */
import { describe, expect, test } from 'vitest';
import { jsonResponse, type Http } from '../../../src/lib/net/http.ts';
import { errorOf, run, type Run } from '../../support/run.ts';

const env = { OPTIPICK_API_KEY: 'key-of-the-tests', OPTIPICK_BASE_URL: 'http://127.0.0.1:4010' };
const ID = '65a5317db58d688149520afa';
const ANSWER = {
  type: 'ROUTE',
  request_id: ID,
  picks: [
    { pick_id: 'p1', location_id: 'A01', optim_sequence: 1 },
    { pick_id: 'p2', location_id: 'B01', optim_sequence: 0 },
  ],
};
const http: Http = async ({ method }) => jsonResponse(200, method === 'POST' ? { request_id: ID } : ANSWER);

function submit(table: string | Uint8Array, ...flags: readonly string[]): Promise<Run> {
  const argv = ['route', 'submit', 'w.csv', '--site', 'Example', '--wait', '-q', '--format', 'csv', ...flags];
  return run(argv, { env, http, files: { 'w.csv': table } });
}

const utf16 = (text: string): Uint8Array => Buffer.from(`\ufeff${text}`, 'utf16le');

describe('the dialect of a CSV answer', () => {
  test.each<[string, string | Uint8Array, string]>([
    [
      'semicolons and carriage returns',
      'PICK_ID;LOCATION_ID;NOTE\r\np1;A01;"a;b"\r\np2;B01;1,5\r\n',
      'PICK_ID;LOCATION_ID;NOTE;CLUSTER;SEQUENCE\r\np2;B01;1,5;;1\r\np1;A01;"a;b";;2\r\n',
    ],
    [
      'tabs and a byte order mark',
      '\ufeffPICK_ID\tLOCATION_ID\np1\tA01\np2\tB01\n',
      '\ufeffPICK_ID\tLOCATION_ID\tCLUSTER\tSEQUENCE\np2\tB01\t\t1\np1\tA01\t\t2\n',
    ],
    [
      'UTF-16, in UTF-8',
      utf16('PICK_ID\tLOCATION_ID\r\np1\tA01\r\np2\tB01\r\n'),
      '\ufeffPICK_ID\tLOCATION_ID\tCLUSTER\tSEQUENCE\r\np2\tB01\t\t1\r\np1\tA01\t\t2\r\n',
    ],
    ['bars', 'PICK_ID|LOCATION_ID\np1|A01\np2|B01\n', 'PICK_ID|LOCATION_ID|CLUSTER|SEQUENCE\np2|B01||1\np1|A01||2\n'],
    [
      'a declared delimiter',
      'sep=;\r\nPICK_ID;LOCATION_ID\r\np1;A01\r\np2;B01\r\n',
      'PICK_ID;LOCATION_ID;CLUSTER;SEQUENCE\r\np2;B01;;1\r\np1;A01;;2\r\n',
    ],
  ])('is that of the input: %s', async (_, table, expected) => {
    const { code, stdout, stderr } = await submit(table);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: expected, stderr: '' });
  });

  test.each([
    [';', ';'],
    ['tab', '\t'],
  ])('has the delimiter of --csv-delimiter %s', async (flag, delimiter) => {
    const { stdout } = await submit('PICK_ID,LOCATION_ID\r\np1,A01\r\n', '--csv-delimiter', flag);
    expect(stdout.split('\r\n').slice(0, 2)).toEqual([
      ['PICK_ID', 'LOCATION_ID', 'CLUSTER', 'SEQUENCE'].join(delimiter),
      ['p2', 'B01', '', '1'].join(delimiter),
    ]);
  });

  test('of an answer without a table is plain, or has the chosen delimiter', async () => {
    const plain = await run(['route', 'get', ID, '--format', 'csv'], { env, http });
    expect(plain.stdout.split('\n').slice(1, 3)).toEqual([',p2,,B01,,,,,,1', ',p1,,A01,,,,,,2']);
    const chosen = await run(['route', 'get', ID, '--format', 'csv', '--csv-delimiter', ';'], { env, http });
    expect(chosen.stdout.split('\n')[1]).toBe(';p2;;B01;;;;;;1');
  });

  test.each(['ab', 'a', '"', ''])('cannot be separated by "%s"', async (delimiter) => {
    const { code, stderr } = await submit('PICK_ID,LOCATION_ID\np1,A01\n', '--csv-delimiter', delimiter, '--json');
    expect([code, errorOf(stderr)]).toEqual([
      2,
      expect.objectContaining({ message: '--csv-delimiter takes one character such as ; or the word tab' }),
    ]);
  });

  test('is also that of the rows that are left out', async () => {
    const { host, code } = await submit('\ufeffPICK_ID;LOCATION_ID\r\np1;A01\r\np3;\r\np2;B01\r\n', '--skip-invalid');
    expect([code, host.files.text('w.rejected.csv')]).toEqual([
      0,
      expect.stringMatching(/^\ufeff?PICK_ID;LOCATION_ID;REASON;LINE\r\np3;;.*;3\r\n$/),
    ]);
  });
});
