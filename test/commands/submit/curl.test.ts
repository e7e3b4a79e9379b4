import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { renderCurl, renderDryRun } from '../../../src/commands/submit/curl.ts';
import { textOf, utf8 } from '../../requests/errors.ts';

const URL_TO_POST = 'https://optipick.api.optioryx.com/optimize/route?synchronous=false';
const AWKWARD = `{"site_name":"L'Été & \\"co\\" $HOME \`id\` %PATH% \\\\ !","picks":[]}`;

/** What curl is given by a real shell: a function of that name prints its arguments and its stdin. */
function argumentsOf(command: string): { words: string[]; input: string } {
  const shown = execFileSync('sh', ['-s'], {
    input: `curl() { printf '%s\\0' "$@"; printf '\\1'; case "$*" in *@-*) cat;; esac; }\n${command}\n`,
    env: { OPTIPICK_API_KEY: 'from the environment' },
    encoding: 'utf8',
    maxBuffer: 16_000_000,
  });
  const [words = '', input = ''] = shown.split('\u0001');
  return { words: words.split('\0').slice(0, -1), input };
}

describe('a curl command', () => {
  test.skipIf(process.platform === 'win32')('gives curl the exact address, headers and body', () => {
    expect(argumentsOf(renderCurl({ url: URL_TO_POST, body: utf8(AWKWARD) }, 'linux'))).toEqual({
      words: [
        '-sS',
        URL_TO_POST,
        '-H',
        'X-API-KEY: from the environment',
        '-H',
        'Content-Type: application/json',
        '--data-raw',
        AWKWARD,
      ],
      input: '',
    });
  });

  test.skipIf(process.platform === 'win32')('hands a body that is too long for an argument through stdin', () => {
    const body = `{"site_name":"L'Été $HOME","extra":"${'x'.repeat(200_000)}"}`;
    const { words, input } = argumentsOf(renderCurl({ url: URL_TO_POST, body: utf8(body) }, 'darwin'));
    expect([words.slice(-2), input]).toEqual([['--data', '@-'], `${body}\n`]);
  });

  test('never holds a key, only the name of the variable', () => {
    expect(renderCurl({ url: URL_TO_POST, body: utf8('{}') }, 'linux')).toBe(
      `curl -sS '${URL_TO_POST}' \\\n  -H "X-API-KEY: $OPTIPICK_API_KEY" \\\n  -H 'Content-Type: application/json' \\\n  --data-raw '{}'`,
    );
  });

  test('is escaped for cmd.exe on Windows', () => {
    const body = utf8('{"a":"x \\"y\\" & %PATH% é\\\\"}');
    expect(renderCurl({ url: 'http://127.0.0.1:4010/optimize/route?a=1&b=2', body }, 'win32')).toBe(
      [
        'curl.exe -sS ^"http://127.0.0.1:4010/optimize/route?a=1^&b=2^"',
        '-H "X-API-KEY: %OPTIPICK_API_KEY%"',
        '-H "Content-Type: application/json"',
        String.raw`--data-raw ^"{\^"a\^":\^"x \\\^"y\\\^" ^& ^%PATH^% \u00e9\\\\\^"}^"`,
      ].join(' '),
    );
  });

  test('names a file on Windows when the body is too long for one line', () => {
    const body = utf8(`{"extra":"${'x'.repeat(9_000)}"}`);
    expect(renderCurl({ url: URL_TO_POST, body }, 'win32')).toBe(
      [
        'rem the body is too long for one line: save what --dry-run prints as request.json first',
        `curl.exe -sS ^"${URL_TO_POST}^" -H "X-API-KEY: %OPTIPICK_API_KEY%" -H "Content-Type: application/json" --data-binary @request.json`,
      ].join('\n'),
    );
  });

  test('leaves out a password in the URL', () => {
    const command = renderCurl(
      { url: 'https://me:hunter2@example.test/optimize/route?x=1', body: utf8('{}') },
      'linux',
    );
    expect(command.split(' \\\n')[0]).toBe("curl -sS 'https://example.test/optimize/route?x=1'");
  });
});

test('a dry run shows the head with the key masked, and the exact bytes of the body', () => {
  const body = utf8('{"site_name":"Été"}');
  const { head, content } = renderDryRun({ url: URL_TO_POST, body });
  expect([head, textOf(content)]).toEqual([
    [`POST ${URL_TO_POST}`, 'X-API-KEY: $OPTIPICK_API_KEY', 'Content-Type: application/json', 'Content-Length: 21'],
    '{"site_name":"Été"}',
  ]);
});
