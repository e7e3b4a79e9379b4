/**
 * A server, and files of the user, in which every text tries to become syntax: Markdown, HTML, terminal sequences, XML.
 * What comes out must have the structure that a benign text has.
 */
import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { bodyOf, jsonResponse, type Http, type HttpResponse } from '../../src/lib/net/http.ts';
import { KIND_NAMES, type Kind } from '../../src/kinds.ts';
import { ACTS, answerOf, BENIGN, HOSTILE, requestOf } from '../support/hostile.ts';
import { SECRET } from '../support/listener.ts';
import { errorOf, run, type Run } from '../support/run.ts';
import { parseXml, type XmlElement } from '../support/xml.ts';

const ID = '67507ad05e593173d0313e0f';
const SUMMARY = '/runner/summary.md';
const env = {
  OPTIPICK_API_KEY: 'key-of-the-tests',
  OPTIPICK_BASE_URL: 'http://127.0.0.1:4010',
  OPTIPICK_WEBHOOK_SECRET: SECRET,
  GITHUB_STEP_SUMMARY: SUMMARY,
};
const COLORS = /\u001b\[[\d;]*m/g;

/** Every line of text with what could act in it left out: a line that was forged, or is missing, changes the count. */
function plainLines(text: string): number {
  expect(text).not.toMatch(ACTS);
  return text.split('\n').length;
}

/** What acts in GitHub's Markdown: escapes, entities, code and words left out. */
function markdownStructure(text: string): string {
  expect(text).not.toMatch(ACTS);
  return text
    .replaceAll(/\\[!-/:-@[-`{-~]/g, '')
    .replaceAll(/(?:[@#]|GH-)?&(?:#\d+|amp|lt|gt);/gi, '')
    .replaceAll(/<code>[^<]*<\/code>|`[^`\n]*`/g, '§')
    .replaceAll(/^ *(?:[-+=>#]|\d+[.)])/gm, '¶$&')
    .replaceAll(/(:\/\/|www\.|GH-\d|<\/?[a-z]+>|[\n¶§<>*_`~[\]|#$@\\&])|[^]/gi, '$1');
}

/** The tags with the names of their attributes. */
function htmlStructure(text: string): readonly string[] {
  expect(text).not.toMatch(ACTS);
  return (text.match(/<[^>]*>/g) ?? []).map((tag) => tag.replaceAll(/="[^"]*"/g, ''));
}

function xmlStructure({ name, attributes, children }: XmlElement): unknown {
  expect(JSON.stringify(attributes)).not.toMatch(ACTS);
  return [name, Object.keys(attributes), children.map(xmlStructure)];
}

const answering =
  (kind: Kind, text: string, more?: Readonly<Record<string, unknown>>): Http =>
  async ({ method }) =>
    jsonResponse(200, method === 'POST' ? { request_id: ID } : answerOf(kind, text, more));

/** Runs the same command against a server that is hostile and one that is benign. */
async function both(
  text: string,
  argv: readonly string[],
  machine: (text: string) => NonNullable<Parameters<typeof run>[1]>,
): Promise<readonly [hostile: Run, benign: Run]> {
  const [hostile, benign] = [await run(argv, machine(text)), await run(argv, machine(BENIGN))];
  expect(hostile.code).toBe(benign.code);
  return [hostile, benign];
}

describe.each(Object.entries(HOSTILE))('A7: answers and files full of %s', (_name, text) => {
  describe.each(KIND_NAMES)('of a %s', (kind) => {
    const machine = (each: string) => ({ env, http: answering(kind, each) });

    test('are lines of a table, and no more', async () => {
      const [hostile, benign] = await both(text, [kind, 'get', ID, '--all'], machine);
      expect(benign.stdout.split('\n').length).toBeGreaterThan(10);
      expect([plainLines(hostile.stdout), hostile.stderr]).toEqual([plainLines(benign.stdout), benign.stderr]);
    });

    test('are colored on a terminal as any other', async () => {
      // A pipe that is colored as a terminal is, and drops no columns.
      const colored = (each: string) => ({ ...machine(each), env: { ...env, FORCE_COLOR: '1' } });
      const [hostile, benign] = await both(text, [kind, 'get', ID, '--all'], colored);
      expect(benign.stdout).toMatch(COLORS);
      expect(hostile.stdout.match(COLORS)).toEqual(benign.stdout.match(COLORS));
      expect(plainLines(hostile.stdout.replaceAll(COLORS, ''))).toBe(plainLines(benign.stdout.replaceAll(COLORS, '')));
    });

    test('are the bytes of the API as JSON', async () => {
      const { stdout } = await run([kind, 'get', ID, '--json'], machine(text));
      expect(stdout).toBe(`${JSON.stringify(answerOf(kind, text))}\n`);
    });

    test('are cells of CSV, unchanged', async () => {
      const { stdout } = await run([kind, 'get', ID, '--format', 'csv'], machine(text));
      const [first] = parse(stdout, { columns: true }) as Readonly<Record<string, string>>[];
      const number = kind === 'route' ? 2 : 0;
      expect(first).toMatchObject({ WAVE_ID: text, PICK_ID: `${text}${number}`, LOCATION_ID: `${text}${number}` });
    });

    test('are text in Markdown', async () => {
      const [hostile, benign] = await both(text, [kind, 'get', ID, '--format', 'md'], machine);
      expect(markdownStructure(benign.stdout)).toContain('##');
      expect(markdownStructure(hostile.stdout)).toBe(markdownStructure(benign.stdout));
    });

    test('are text in HTML', async () => {
      const [hostile, benign] = await both(text, [kind, 'get', ID, '--format', 'html'], machine);
      expect(htmlStructure(benign.stdout)).toContain('<table class>');
      expect(htmlStructure(hostile.stdout)).toEqual(htmlStructure(benign.stdout));
    });

    test.each([
      ['without as-is figures', { asis_distance: null, asis_clusters: null }],
      ['of a job that failed', { error: 'text' }],
      ['of a job that failed with a word', { status: 'FAILED' }],
    ])('are text everywhere in an answer %s', async (_what, fields) => {
      const of = (each: string) => ({
        env,
        http: answering(kind, each, 'error' in fields ? { error: each } : fields),
      });
      const [table, benignTable] = await both(text, [kind, 'get', ID, '--all'], of);
      expect(plainLines(table.stdout)).toBe(plainLines(benignTable.stdout));
      expect(plainLines(table.stderr)).toBe(plainLines(benignTable.stderr));
      const [md, benignMd] = await both(text, [kind, 'get', ID, '--format', 'md'], of);
      expect(markdownStructure(md.stdout)).toBe(markdownStructure(benignMd.stdout));
      const [page, benignPage] = await both(text, [kind, 'get', ID, '--format', 'html'], of);
      expect(htmlStructure(page.stdout)).toEqual(htmlStructure(benignPage.stdout));
    });

    test.each(['md', 'html', 'table'])(
      'of several requests and of their files are text as %s, in JUnit and in the summary of GitHub',
      async (format) => {
        const machineOf = (each: string) => ({
          env,
          http: answering(kind, each),
          files: {
            'waves.ndjson': `${JSON.stringify(requestOf(each))}\n${JSON.stringify(requestOf(each, `${each}2`))}\n`,
            [SUMMARY]: '',
          },
        });
        const reports = ['--junit', 'report.xml', '--github-summary', '--fail-if', 'saving<99%', '--format', format];
        const argv = [kind, 'submit', 'waves.ndjson', '--wait', '--strict', '--concurrency', '1', ...reports];
        const [hostile, benign] = await both(text, argv, machineOf);
        expect(benign.code).toBe(3);
        // The files' own odd characters are warned of, in one line.
        const said = hostile.stderr.replace(/^warning: .*<U\+[\dA-F]{4}>.*\n/, '');
        expect(plainLines(said)).toBe(plainLines(benign.stderr));
        if (format === 'md') expect(markdownStructure(hostile.stdout)).toBe(markdownStructure(benign.stdout));
        else if (format === 'html') expect(htmlStructure(hostile.stdout)).toEqual(htmlStructure(benign.stdout));
        else expect(plainLines(hostile.stdout)).toBe(plainLines(benign.stdout));
        const [summary, benignSummary] = [hostile, benign].map(({ host }) => host.files.text(SUMMARY) ?? '');
        expect(markdownStructure(benignSummary ?? '')).toContain('<details><summary>');
        expect(markdownStructure(summary ?? '')).toBe(markdownStructure(benignSummary ?? ''));
        const [junit, benignJunit] = [hostile, benign].map(({ host }) => parseXml(host.files.text('report.xml') ?? ''));
        expect(benignJunit?.attributes['failures']).not.toBe('0');
        expect(junit && xmlStructure(junit)).toEqual(benignJunit && xmlStructure(benignJunit));
      },
    );

    test('that are kept and compared are text in both forms, and unchanged in JSON', async () => {
      const machineOf = (each: string) => ({
        files: {
          'a.json': JSON.stringify(answerOf(kind, each)),
          'b.json': JSON.stringify(answerOf(kind, `${each}b`)),
        },
      });
      const [table, benignTable] = await both(text, ['diff', 'a.json', 'b.json', '--all'], machineOf);
      expect(plainLines(table.stdout)).toBe(plainLines(benignTable.stdout));
      expect(plainLines(table.stderr)).toBe(plainLines(benignTable.stderr));
      const [md, benignMd] = await both(text, ['diff', 'a.json', 'b.json', '--format', 'md'], machineOf);
      expect(markdownStructure(md.stdout)).toBe(markdownStructure(benignMd.stdout));
      const { stdout } = await run(['diff', 'a.json', 'b.json', '--json'], machineOf(text));
      expect(JSON.parse(stdout)).toMatchObject({ a: { unit: text, site_name: text }, b: { unit: `${text}b` } });
    });

    test('to several ids are text, each', async () => {
      const [hostile, benign] = await both(text, ['poll', ID, 'other-id', '--kind', kind], machine);
      expect(plainLines(hostile.stdout)).toBe(plainLines(benign.stdout));
      expect(plainLines(hostile.stderr)).toBe(plainLines(benign.stderr));
    });
  });

  test.each([
    ['a text', (each: string) => jsonResponse(400, { detail: each })],
    ['a list', (each: string) => jsonResponse(422, { detail: [{ loc: ['body', each, 3], msg: each }, each] })],
    ['an object', (each: string) => jsonResponse(500, { error: { message: each } })],
    ['no JSON', (each: string) => answerWith(403, each)],
    ['a web page', (each: string) => answerWith(200, `<html><title>${each}</title>`, { 'content-type': 'text/html' })],
    ['another address', (each: string) => answerWith(302, '', { location: `https://evil.example/${each}` })],
  ] as const)('in a refusal with %s stay in their line of stderr', async (_what, refusal) => {
    const machine = (each: string) => ({ env, http: async () => refusal(each) });
    for (const argv of [
      ['cluster', 'get', ID],
      ['cluster', 'get', ID, '--debug'],
      ['doctor', '--port', '0'],
    ]) {
      const [hostile, benign] = await both(text, argv, machine);
      const withoutStack = (stderr: string): string => stderr.replaceAll(/^ +at .*\n/gm, '');
      expect(plainLines(withoutStack(hostile.stderr))).toBe(plainLines(withoutStack(benign.stderr)));
      expect(plainLines(hostile.stdout)).toBe(plainLines(benign.stdout));
    }
    const json = await run(['cluster', 'get', ID, '--json'], machine(text));
    const { message, details = [] } = errorOf(json.stderr) as { message: string; details?: { message: string }[] };
    for (const words of [message, ...details.map((detail) => detail.message)]) {
      expect([words, /\n/.test(words) || ACTS.test(words)]).toEqual([words, false]);
    }
  });

  test('of an endpoint that is tried are text as table, Markdown and JUnit', async () => {
    const machine = (each: string) => ({ env, http: async () => answerWith(500, each, { location: each }) });
    const suite = ['trigger', '--suite', '--to', 'http://127.0.0.1:3000/hooks', '--junit', 'report.xml'];
    const [table, benignTable] = await both(text, [...suite, '--verbose'], machine);
    expect(plainLines(table.stdout)).toBe(plainLines(benignTable.stdout));
    expect(plainLines(table.stderr)).toBe(plainLines(benignTable.stderr));
    const [junit, benignJunit] = [table, benignTable].map(({ host }) => parseXml(host.files.text('report.xml') ?? ''));
    expect(junit && xmlStructure(junit)).toEqual(benignJunit && xmlStructure(benignJunit));
    const [md, benignMd] = await both(text, [...suite, '--format', 'md'], machine);
    expect(markdownStructure(md.stdout)).toBe(markdownStructure(benignMd.stdout));
    const repeated = ['trigger', 'route.optimized', '--to', 'http://127.0.0.1:3000/hooks', '--repeat', '2'];
    const [lines, benignLines] = await both(text, repeated, machine);
    expect(plainLines(lines.stdout)).toBe(plainLines(benignLines.stdout));
  });
});

function answerWith(status: number, body: string, headers: Readonly<Record<string, string>> = {}): HttpResponse {
  return { status, headers, body: bodyOf(body) };
}
