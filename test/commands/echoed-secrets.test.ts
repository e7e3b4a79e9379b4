/**
 * A server that gives back the key it was sent, or the webhook secret that it shares with the user: whole, in pieces, in
 * other letters, encoded. Nothing of it is in what the program words itself: tables, reports, warnings, errors (also those of
 * `--json`), traces. A result of `--json` is the API's own document and stays as it came.
 */
import { describe, expect, test } from 'vitest';
import { bodyOf, jsonResponse, TransportError, type Http, type HttpResponse } from '../../src/lib/net/http.ts';
import { KIND_NAMES, type Kind } from '../../src/kinds.ts';
import { answerOf, requestOf } from '../support/hostile.ts';
import { run, type Run } from '../support/run.ts';

const ID = '67507ad05e593173d0313e0f';
const KEY = 'Zk3+9xQ~wB7_tHe-K3yOfTheTests';
const SECRET = `whsec_${Buffer.from('a signing secret, 24+ bytes').toString('base64')}`;
const SUMMARY = '/runner/summary.md';
const env = {
  OPTIPICK_API_KEY: KEY,
  OPTIPICK_WEBHOOK_SECRET: SECRET,
  OPTIPICK_BASE_URL: 'http://127.0.0.1:4010',
  GITHUB_STEP_SUMMARY: SUMMARY,
};

const formsOf = (secret: string): Readonly<Record<string, string>> => ({
  whole: secret,
  'its first characters': secret.slice(0, 8),
  'characters from its middle': secret.slice(6, 15),
  'its last characters': secret.slice(-9),
  'in capitals': secret.toUpperCase(),
  'a piece in small letters': secret.slice(3, 14).toLowerCase(),
  'in base64': Buffer.from(secret).toString('base64'),
  'in base64 behind one byte': Buffer.from(`:${secret}`).toString('base64'),
  'in base64 behind two bytes': Buffer.from(`u:${secret}`).toString('base64'),
  'in base64 for URLs': Buffer.from(secret).toString('base64url'),
  'in hex': Buffer.from(secret).toString('hex'),
  'in percent encoding': Buffer.from(secret).toString('hex').replaceAll(/../g, '%$&'),
  'with characters between that are not shown': secret.replaceAll(/./g, '$&\u200b'),
  'with colors between': secret.replaceAll(/.{5}/g, '$&\u001b[31m'),
});

/** Every run of 8 characters of the secrets and of their encodings, in small letters. */
const TELLING = new Set(
  [KEY, SECRET].flatMap((secret) => {
    const base64 = ['', 'x', 'xx'].flatMap((before) => {
      const bytes = Buffer.from(before + secret);
      const [from, to] = [Math.ceil((before.length * 4) / 3), Math.floor((bytes.length * 4) / 3)];
      return [bytes.toString('base64').slice(from, to), bytes.toString('base64url').slice(from, to)];
    });
    const hex = Buffer.from(secret).toString('hex');
    return [secret, hex, hex.replaceAll(/../g, '%$&'), ...base64].flatMap((form) =>
      Array.from({ length: form.length - 7 }, (_, at) => form.slice(at, at + 8).toLowerCase()),
    );
  }),
);

/** The lines that hold a telling run; escapes of Markdown and HTML are undone before. */
function tellingLines(text: string): readonly string[] {
  return text.split('\n').filter((line) => {
    const plain = line
      // As the program itself shows them: the first and last two characters.
      .replaceAll(/whsec_..….{2}/g, '')
      .replaceAll(/\\([!-/:-@[-`{-~])/g, '$1')
      .replaceAll('&amp;', '&')
      .replaceAll('&#8203;', '')
      .toLowerCase();
    for (let at = 0; at + 8 <= plain.length; at += 1) if (TELLING.has(plain.slice(at, at + 8))) return true;
    return false;
  });
}

function expectSilence(...texts: readonly (string | undefined)[]): void {
  expect(texts.flatMap((text) => tellingLines(text ?? ''))).toEqual([]);
}

const files = {
  'waves.ndjson': `${JSON.stringify(requestOf('wave'))}\n${JSON.stringify(requestOf('wave', 'wave2'))}\n`,
  'wave.json': JSON.stringify(requestOf('wave')),
  [SUMMARY]: '',
};

function send(argv: readonly string[], http: Http): Promise<Run> {
  return run(argv, { env, http, files });
}

const answering =
  (kind: Kind, text: string, more?: Readonly<Record<string, unknown>>): Http =>
  async ({ method }) =>
    jsonResponse(200, method === 'POST' ? { request_id: ID } : answerOf(kind, text, more));

const secrets = [
  ['the key', KEY],
  ['the webhook secret', SECRET],
] as const;
const cases = secrets.flatMap(([what, secret]) =>
  Object.entries(formsOf(secret)).map(([how, text]) => [`${what} ${how}`, `said ${text} here`] as const),
);

describe.each(cases)('A18: a server that gives back %s', (_name, text) => {
  test.each(KIND_NAMES)('in an answer about a %s: nothing of it is in tables and reports', async (kind) => {
    for (const format of ['table', 'csv', 'md', 'html']) {
      const { stdout, stderr } = await send(
        [kind, 'get', ID, '--format', format, '--all', '--debug'],
        answering(kind, text),
      );
      expectSilence(stdout, stderr);
    }
    const failed = await send([kind, 'get', ID, '--debug'], answering(kind, text, { error: text }));
    expect(failed.code).toBe(3);
    expectSilence(failed.stdout, failed.stderr);
    const polled = await send(['poll', ID, 'other-id', '--kind', kind], answering(kind, text));
    expect(polled.code).toBe(0);
    expectSilence(polled.stdout, polled.stderr);
  });

  test('in an answer: a result of --json is the document of the API, unchanged', async () => {
    const { stdout } = await send(['route', 'get', ID, '--json'], answering('route', text));
    expect(stdout).toBe(`${JSON.stringify(answerOf('route', text))}\n`);
  });

  test.each([['wave.json'], ['waves.ndjson']])(
    'in answers to %s: nothing of it is in reports, warnings and gates',
    async (file) => {
      const reports = ['--strict', '--fail-if', 'saving<99%', '--junit', 'report.xml', '--github-summary'];
      for (const format of ['table', 'md']) {
        const argv = ['route', 'submit', file, '--wait', ...reports, '--format', format];
        const { code, stdout, stderr, host } = await send(argv, answering('route', text));
        expect(code).toBe(3);
        expectSilence(stdout, stderr, host.files.text('report.xml'), host.files.text(SUMMARY));
      }
    },
  );

  test('in the place of an id: that is none', async () => {
    const http: Http = async () => jsonResponse(200, { request_id: text });
    for (const argv of [
      ['route', 'submit', 'wave.json'],
      ['route', 'submit', 'wave.json', '--json'],
      ['route', 'submit', 'wave.json', '--sync'],
    ]) {
      const { code, stdout, stderr } = await send(argv, http);
      expect(code).not.toBe(0);
      expectSilence(stdout, stderr);
    }
  });

  const refusals: Readonly<Record<string, () => HttpResponse>> = {
    'a text': () => jsonResponse(400, { detail: text }),
    'a list': () => jsonResponse(422, { detail: [{ loc: ['body', text], msg: text }, text] }),
    'an object': () => jsonResponse(500, { error: { message: text } }),
    'no JSON': () => ({ status: 403, headers: {}, body: bodyOf(text) }),
    'a web page': () => ({
      status: 200,
      headers: { 'content-type': 'text/html' },
      body: bodyOf(`<title>${text}</title>`),
    }),
    'a bare word': () => jsonResponse(202, { status: text }),
    'another address': () => ({
      status: 302,
      headers: { location: `https://${text.replaceAll(/[^A-Za-z\d.]/g, '')}.example/` },
      body: null,
    }),
  };
  test.each(Object.entries(refusals))(
    'in a refusal with %s: nothing of it is in errors and traces',
    async (_what, refuse) => {
      for (const argv of [
        ['route', 'get', ID],
        ['route', 'get', ID, '--json'],
        ['route', 'get', ID, '--debug'],
        ['poll', ID, '--once'],
        ['route', 'submit', 'wave.json', '--wait', '--junit', 'report.xml', '--github-summary', '--timeout', '1s'],
        ['doctor', '--port', '0'],
      ]) {
        const { stdout, stderr, host } = await send(argv, async () => refuse());
        // The answer of a job that failed is a result, too.
        expectSilence(
          argv.includes('--json') ? '' : stdout,
          stderr,
          host.files.text('report.xml'),
          host.files.text(SUMMARY),
        );
      }
      const stdin = `${KEY}\n${SECRET}\n`;
      const { stdout, stderr } = await run(['login'], {
        env: { ...env, OPTIPICK_API_KEY: '' },
        stdin,
        http: async () => refuse(),
      });
      expectSilence(stdout, stderr);
    },
  );

  test('in the words of the network: nothing of it is in errors and traces', async () => {
    const http: Http = async () => {
      throw new TransportError('tls', `no trusted connection: the certificate is for ${text}`, { sent: false });
    };
    for (const more of [[], ['--json']]) {
      const { code, stdout, stderr } = await send(['route', 'get', ID, ...more], http);
      expect(code).toBe(6);
      expectSilence(stdout, stderr);
    }
  });

  test('as an endpoint that is tried: nothing of it is in results and reports', async () => {
    const http: Http = async () => ({ status: 500, headers: { location: text }, body: bodyOf(text) });
    const to = ['--to', 'http://127.0.0.1:3000/hooks'];
    for (const argv of [
      ['trigger', 'route.optimized', ...to],
      ['trigger', 'route.optimized', ...to, '--json'],
      ['trigger', 'route.optimized', ...to, '--no-signature'],
      ['trigger', '--suite', '--verbose', '--junit', 'report.xml', ...to],
      ['trigger', '--suite', '--format', 'md', ...to],
      ['trigger', '--suite', '--json', ...to],
    ]) {
      const { code, stdout, stderr, host } = await send(argv, http);
      expect(code).toBe(3);
      expectSilence(stdout, stderr, host.files.text('report.xml'));
    }
  });
});
