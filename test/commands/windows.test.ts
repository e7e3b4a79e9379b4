/** What a user of Windows meets, on a machine in memory that says it is one. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { bodyOf, type Http } from '../../src/lib/net/http.ts';
import { main } from '../../src/app/main.ts';
import { createFakeHost, type FakeHost, type FakeHostOptions } from '../support/fake-host.ts';
import { run } from '../support/run.ts';

const fixture = (name: string): string => readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8');
const ANSWER = fixture('example-cluster-response.json');

const answered: Http = async () => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: bodyOf(ANSWER),
});

const machine: FakeHostOptions = {
  platform: 'win32',
  env: { OPTIPICK_API_KEY: 'key-of-the-tests', OPTIPICK_BASE_URL: 'http://127.0.0.1:4010' },
  files: {
    'wave.json': fixture('example-cluster-request.json'),
    'planned.csv': 'of yesterday',
    'old.html': '',
    'answer.json': ANSWER,
  },
  http: answered,
};

const SUBMIT = ['cluster', 'submit', 'wave.json', '--sync'];

describe('Windows: -o', () => {
  test.each([
    ['planned.csv', [...SUBMIT, '-o', 'planned.csv']],
    ['old.html', [...SUBMIT, '-o', 'old.html']],
    ['old.html', ['diff', 'answer.json', 'answer.json', '-o', 'old.html', '--format', 'md']],
    ['old.html', [...SUBMIT, '--junit', 'old.html']],
  ])('into %s, which Excel has open, is exit 7 before anything is sent (%#)', async (file, argv) => {
    const { ended, host } = await run(argv, { ...machine, openFiles: [file] });
    expect(ended).toEqual({
      code: 7,
      stdout: '',
      stderr: `error: cannot write ${file}: it is open in another program\nhint: close it there (Excel?), or name another file\n`,
    });
    expect(host.requests).toEqual([]);
  });

  test('into a file that was opened while the answer was awaited says so, and how to get the answer again', async () => {
    const host: FakeHost = createFakeHost({
      ...machine,
      http: (request) => {
        host.files.open('planned.csv');
        return answered(request);
      },
    });
    const code = await main(host, [...SUBMIT, '-o', 'planned.csv']);
    expect([code, host.files.text('planned.csv')]).toEqual([7, 'of yesterday']);
    expect(host.stderrText).toContain('fetch again with: optipick poll 67507ad05e593173d0313e0f\n');
    expect(host.stderrText).toContain('error: cannot write planned.csv: it is open in another program\n');
  });

  test('elsewhere EBUSY is no sign of another program', async () => {
    const { stderr } = await run([...SUBMIT, '-o', 'planned.csv'], {
      ...machine,
      platform: 'linux',
      openFiles: ['planned.csv'],
    });
    expect(stderr).not.toContain('another program');
  });

  test.each([
    ['a<b.json', '<'],
    [String.raw`C:\waves\a>b.csv`, '>'],
    // A second colon names a part of the file that no program shows.
    ['planned.csv:walk.html', ':'],
    [String.raw`wie "gehabt".html`, '"'],
    ['answer?.json', '?'],
  ])('%s names the character that cannot be in a file name', async (file, character) => {
    const { ended, host } = await run([...SUBMIT, '-o', file], machine);
    expect(ended).toEqual({
      code: 7,
      stdout: '',
      stderr: `error: cannot write ${file}: a file name on Windows cannot contain ${character}\nhint: name the file without any of < > : " | ? *\n`,
    });
    expect(host.requests).toEqual([]);
  });

  test('of a drive, a share or below a folder with blanks has nothing against it', async () => {
    for (const file of ['planned.csv', 'C:planned.csv', 'wave plan ü.csv']) {
      expect([file, (await run([...SUBMIT, '-o', file], machine)).code]).toEqual([file, 0]);
    }
  });
});

describe('Windows: a pattern that the shell left as it is', () => {
  test.each([
    ['in/*.json', SUBMIT.with(2, 'in/*.json')],
    ['wave?.json', SUBMIT.with(2, 'wave?.json')],
    ['answers/*.json', ['diff', 'answers/*.json', 'wave.json']],
  ])('%s is named as one', async (pattern, argv) => {
    const { ended } = await run(argv, machine);
    expect(ended).toEqual({
      code: 2,
      stdout: '',
      stderr: `error: cannot read ${pattern}: the shell did not expand the pattern\nhint: name each file; submit also takes the folder that holds them\n`,
    });
  });
});

describe('Windows: lines to paste are for its shells', () => {
  test('of the sandbox', async () => {
    const host = createFakeHost({ platform: 'win32' });
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const ended = main(host, ['sandbox', '--api-key', 'test-key', '--secret', secret]);
    await expect.poll(() => host.stderrText).toContain('Ctrl-C');
    host.signal('SIGINT');
    expect(await ended).toBe(130);
    expect(host.stdoutText).toBe(`OptiPick sandbox at http://127.0.0.1:4010  (site Example)

  $env:OPTIPICK_BASE_URL = 'http://127.0.0.1:4010'
  $env:OPTIPICK_API_KEY = 'test-key'
  $env:OPTIPICK_WEBHOOK_SECRET = '${secret}'

`);
    expect(host.stderrText).toBe(
      `for PowerShell; in cmd: set OPTIPICK_BASE_URL=http://127.0.0.1:4010, and so on\ntest values, not secrets; a browser shows its status page; Ctrl-C stops it\n`,
    );
  });

  test('of a login that may not ask', async () => {
    const { ended } = await run(['login', '--no-input'], { platform: 'win32', terminal: { stdin: true } });
    expect(ended).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'error: login has questions and may not ask them\nhint: pipe the answers in, key first: $env:KEY, $env:SECRET | optipick login\n',
    });
  });
});
