/** Checks a request against the table of fields; issues are worded as FastAPI and Pydantic word them. */
import * as v from 'valibot';
import type { Kind } from '../../kinds.ts';
import { REQUEST_SCHEMAS } from '../../requests/schema.ts';
import type { ValidationIssue } from './http-error.ts';

/** Pydantic's messages by the type of the schema that did not match. */
const MESSAGES: Readonly<Record<string, { readonly type: string; readonly msg: string }>> = {
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

/** Every issue that the types of the fields show; an empty list means that the request may be worked on. */
export function validateRequest(kind: Kind, body: unknown): ValidationIssue[] {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return [{ loc: ['body'], ...messageFor('loose_object') }];
  }
  const { fields, required } = REQUEST_SCHEMAS[kind].request;
  const issues: ValidationIssue[] = [];
  for (const [field, schema] of Object.entries(fields)) {
    const value: unknown = Object.hasOwn(body, field) ? (body as Record<string, unknown>)[field] : undefined;
    if (value === undefined) {
      if (required.includes(field)) issues.push({ loc: ['body', field], ...MISSING });
      continue;
    }
    for (const issue of v.safeParse(schema, value).issues ?? []) issues.push(issueOf(field, issue));
  }
  return issues;
}

const MISSING = { type: 'missing', msg: 'Field required' } as const;

function issueOf(field: string, issue: v.BaseIssue<unknown>): ValidationIssue {
  const path = (issue.path ?? []).map(({ key }) => (typeof key === 'number' ? key : String(key)));
  const loc = ['body', field, ...path];
  if (issue.received === 'undefined') return { loc, ...MISSING };
  if (issue.type === 'picklist') {
    // Pydantic lists the choices in single quotes, the schema's own message in double ones.
    return { loc, type: 'enum', msg: `Input should be ${issue.message.replaceAll('"', "'")}` };
  }
  return { loc, ...messageFor(issue.type) };
}

function messageFor(type: string): { readonly type: string; readonly msg: string } {
  return MESSAGES[type] ?? { type: 'value_error', msg: `Value error, invalid ${type}` };
}
