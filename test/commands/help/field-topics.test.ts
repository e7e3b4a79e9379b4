import { describe, expect, test } from 'vitest';
import { KIND_NAMES } from '../../../src/kinds.ts';
import { tableFields } from '../../../src/requests/csv/fields.ts';
import { REQUEST_SCHEMAS } from '../../../src/requests/schema.ts';
import { run } from '../../support/run.ts';

async function topic(name: string): Promise<string> {
  const { code, stdout, stderr } = await run(['help', name]);
  expect([code, stderr]).toEqual([0, '']);
  return stdout;
}

/** The first words of the lines of a list, without the star. */
function listed(text: string): readonly string[] {
  return [...text.matchAll(/^ {2}(\w+)\*? {2,}\S/gm)].map(([, name]) => name ?? '');
}

/** The lines below the last heading, as a user would copy them. */
function example(text: string): string {
  return (text.split(/^An example .*:\n/m)[1] ?? '').replaceAll(/^ {2}/gm, '');
}

describe('the topic request', () => {
  test('lists every field that is checked, once for each level, and no other', async () => {
    const names = KIND_NAMES.flatMap((kind) =>
      Object.entries(REQUEST_SCHEMAS[kind]).flatMap(([level, { fields }]) =>
        Object.keys(fields).map((field) => `${level} ${field}`),
      ),
    );
    const text = await topic('request');
    const wanted = [...new Set(names)].map((name) => name.split(' ')[1] ?? '');
    expect(listed(text).toSorted()).toEqual(wanted.toSorted());
  });

  test('gives types in the words of the errors, and says what one kind alone knows', async () => {
    const text = await topic('request');
    expect(text).toMatch(/^ {2}location_id\* +a text or a list of texts; of several, any will do$/m);
    expect(text).toMatch(/^ {2}routing_policy +"ASIS", "OPTIMIZED" or "AUTOSTORE"$/m);
    expect(text).toMatch(/^ {2}parameters +an object$/m);
    expect(text).toMatch(/^ {2}list_id +a text; cluster only; the as-is list of the pick$/m);
    expect(text).not.toMatch(/Invalid type|anything/);
  });

  test('ends with a request that passes every check', async () => {
    const { code, stderr } = await run(['cluster', 'submit', '-', '--dry-run', '-q'], {
      stdin: example(await topic('request')),
    });
    expect([code, stderr]).toEqual([0, '']);
  });
});

describe('the topic csv', () => {
  test('lists every column that is read, and no other', async () => {
    const names = KIND_NAMES.flatMap((kind) => tableFields(kind).map(({ name }) => name));
    expect(listed(await topic('csv')).toSorted()).toEqual([...new Set(names)].toSorted());
  });

  test('ends with a table that passes every check', async () => {
    const { code, stderr } = await run(['cluster', 'submit', 'wave.csv', '--dry-run', '-q'], {
      files: { 'wave.csv': example(await topic('csv')) },
    });
    expect([code, stderr]).toEqual([0, '']);
  });

  test('is listed with its title for programs', async () => {
    const { stdout } = await run(['help', '--json']);
    expect((JSON.parse(stdout) as { topics: unknown }).topics).toContainEqual({
      name: 'csv',
      title: 'Columns of a table',
    });
    const one = JSON.parse((await run(['help', 'csv', '--json'])).stdout) as { name: string; text: string };
    expect(one.name).toBe('csv');
    expect(one.text.split(/\s+/).join('')).toBe((await topic('csv')).split(/\s+/).join(''));
  });
});
