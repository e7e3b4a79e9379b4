import { readFileSync } from 'node:fs';
import { safeParse } from 'valibot';
import { describe, expect, test } from 'vitest';
import type { Kind } from '../../src/kinds.ts';
import { type Level, PICK_VIOLATION_HANDLINGS, REQUEST_SCHEMAS, ROUTING_POLICIES } from '../../src/requests/schema.ts';

interface DocumentedSchema {
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly required?: readonly string[];
  readonly enum?: readonly string[];
}

const text = readFileSync(new URL('../fixtures/openapi.json', import.meta.url), 'utf8');
const documented = (JSON.parse(text) as { components: { schemas: Record<string, DocumentedSchema> } }).components
  .schemas;

function namesOf(level: Level): { fields: string[]; required: string[] } {
  return { fields: Object.keys(level.fields).sort(), required: [...level.required].sort() };
}

function documentedNames(schema: string): { fields: string[]; required: string[] } {
  const { properties = {}, required = [] } = documented[schema] ?? {};
  return { fields: Object.keys(properties).sort(), required: [...required].sort() };
}

describe.each<[Kind, string]>([
  ['route', 'Route'],
  ['cluster', 'Cluster'],
])('the table of %s fields', (kind, prefix) => {
  test('names the documented fields of a request and those it requires', () => {
    expect(namesOf(REQUEST_SCHEMAS[kind].request)).toEqual(documentedNames(`${prefix}Request`));
  });

  test('names the documented parameters', () => {
    expect(namesOf(REQUEST_SCHEMAS[kind].parameters)).toEqual(documentedNames(`${prefix}Parameters`));
  });

  test('names the documented fields of a pick and those it requires', () => {
    expect(namesOf(REQUEST_SCHEMAS[kind].pick)).toEqual(documentedNames(`${prefix}PickInput`));
  });
});

test('the enumerations are the documented ones', () => {
  expect(ROUTING_POLICIES).toEqual(documented['RoutingPolicy']?.enum);
  expect(PICK_VIOLATION_HANDLINGS).toEqual(documented['PickViolationHandling']?.enum);
});

describe('the schema of a field', () => {
  const { request, parameters, pick } = REQUEST_SCHEMAS.cluster;

  test.each<[string, Level, string, unknown, string[]]>([
    ['a location is a text', pick, 'location_id', 'A01', []],
    ['a location is a list of texts', pick, 'location_id', ['A01', 'A02'], []],
    ['a location is not a number', pick, 'location_id', 7, ['a text or a list of texts']],
    ['a location is not empty', pick, 'location_id', '', ['a text that is not empty']],
    ['a list of locations is not empty', pick, 'location_id', [], ['a list with at least one location']],
    ['each bad location is told', pick, 'location_id', ['A', 3, ''], ['a text', 'a text that is not empty']],
    ['a sequence is a whole number', pick, 'asis_sequence', 1.5, ['a whole number']],
    ['a whole number may be written 2.0', pick, 'asis_sequence', Number('2.0'), []],
    ['a quantity is finite', pick, 'quantity', Number('1e400'), ['a finite number']],
    ['a time may be written in any way', pick, 'due_time', 1_700_000_000, []],
    ['an optional field may be null', pick, 'order_id', null, []],
    ['a required field may not be null', pick, 'pick_id', null, ['a text']],
    ['a flag is no text', parameters, 'allow_interpolation', 'true', ['true or false']],
    ['a policy is a documented word', parameters, 'routing_policy', 'asis', ['"ASIS", "OPTIMIZED" or "AUTOSTORE"']],
    ['the duration settings are an object', parameters, 'duration', [], ['an object']],
    ['the site has a name', request, 'site_name', '', ['a text that is not empty']],
  ])('says that %s', (_, level, field, value, expectations) => {
    const schema = level.fields[field];
    if (schema === undefined) throw new Error(`no schema for ${field}`);
    const { issues = [] } = safeParse(schema, value, { abortPipeEarly: true });
    expect(issues.map((issue) => issue.message)).toEqual(expectations);
  });
});
