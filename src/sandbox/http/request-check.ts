/** Checks a request against the table of fields and tells its faults as FastAPI and Pydantic would. */
import * as v from 'valibot';
import type { Kind } from '../../kinds.ts';
import { REQUEST_SCHEMAS } from '../../requests/schema.ts';
import type { RequestFault } from './refusal.ts';

/** Pydantic's words by the type of a schema that did not fit. */
const WORDS: Readonly<Record<string, { readonly type: string; readonly msg: string }>> = {
  string: { type: 'string_type', msg: 'Input should be a valid string' },
  non_empty: { type: 'string_too_short', msg: 'String should have at least 1 character' },
  number: { type: 'float_type', msg: 'Input should be a valid number' },
  finite: { type: 'finite_number', msg: 'Input should be a finite number' },
  integer: { type: 'int_from_float', msg: 'Input should be a valid integer, got a number with a fractional part' },
  boolean: { type: 'bool_type', msg: 'Input should be a valid boolean' },
  array: { type: 'list_type', msg: 'Input should be a valid list' },
  min_length: { type: 'too_short', msg: 'List should have at least 1 item after validation, not 0' },
  custom: { type: 'dict_type', msg: 'Input should be a valid dictionary' },
  loose_object: {
    type: 'model_attributes_type',
    msg: 'Input should be a valid dictionary or object to extract fields from',
  },
};

/** Every fault of a submitted body that its fields' types tell; none: it may be worked on. */
export function faultsOfRequest(kind: Kind, body: unknown): RequestFault[] {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return [{ loc: ['body'], ...wordsFor('loose_object') }];
  }
  const { fields, required } = REQUEST_SCHEMAS[kind].request;
  const faults: RequestFault[] = [];
  for (const [field, schema] of Object.entries(fields)) {
    const value: unknown = Object.hasOwn(body, field) ? (body as Record<string, unknown>)[field] : undefined;
    if (value === undefined) {
      if (required.includes(field)) faults.push({ loc: ['body', field], ...MISSING });
      continue;
    }
    for (const issue of v.safeParse(schema, value).issues ?? []) faults.push(faultOf(field, issue));
  }
  return faults;
}

const MISSING = { type: 'missing', msg: 'Field required' } as const;

function faultOf(field: string, issue: v.BaseIssue<unknown>): RequestFault {
  const path = (issue.path ?? []).map(({ key }) => (typeof key === 'number' ? key : String(key)));
  const loc = ['body', field, ...path];
  if (issue.received === 'undefined') return { loc, ...MISSING };
  if (issue.type === 'picklist') {
    // Pydantic lists the words in quotes; the schema's own message does, too, in double ones.
    return { loc, type: 'enum', msg: `Input should be ${issue.message.replaceAll('"', "'")}` };
  }
  return { loc, ...wordsFor(issue.type) };
}

function wordsFor(type: string): { readonly type: string; readonly msg: string } {
  return WORDS[type] ?? { type: 'value_error', msg: `Value error, invalid ${type}` };
}
