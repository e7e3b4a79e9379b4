/** Checks the fields of one object of a request against the table of known fields. */
import { type GenericSchema, safeParse } from 'valibot';
import { editDistance, nearestWord } from '../../lib/text/did-you-mean.ts';
import type { Level } from '../schema.ts';
import type { ErrorList } from '../error-list.ts';
import { checkIds, type IdCheck } from './id-check.ts';
import {
  type JsonMember,
  type JsonNode,
  type JsonObject,
  type JsonPath,
  placeOf,
  placeOfName,
  pointerTo,
  scalarOf,
} from '../json/tree.ts';
import { describeNode, suggestionFor } from '../json/messages.ts';
import { visible } from '../../lib/text/look-alikes.ts';

/** Called for a field that the table does not know and that no required one is missing for. */
export type UnknownField = (member: JsonMember, path: JsonPath) => void;

export interface LevelCheckOptions {
  /** Fields whose content has a level of its own and is checked there. */
  readonly deeper?: readonly string[];
  readonly errors: ErrorList;
  readonly onUnknown: UnknownField;
  /** For a level whose texts are ids. */
  readonly ids?: IdCheck | undefined;
}

/** Prepares the check of one level of the table, which runs for each pick. */
export function createLevelCheck(level: Level, { deeper = [], errors, onUnknown, ids }: LevelCheckOptions) {
  const fields = new Map(Object.entries(level.fields));
  const tolerated = new Set(level.tolerated);

  return function checkLevel(node: JsonObject, path: JsonPath): void {
    let unknown: JsonMember[] | undefined;
    let required = 0;
    for (const member of node.members) {
      const name = member.name.text;
      const schema = fields.get(name);
      if (schema === undefined) {
        if (!tolerated.has(name)) (unknown ??= []).push(member);
        continue;
      }
      const isRequired = level.required.includes(name);
      if (isRequired) required += 1;
      if (deeper.includes(name)) continue;
      const isValid = checkField(schema, member, path, errors);
      if (isValid && ids !== undefined) checkIds(member, { path, isRequired }, ids, errors);
    }
    if (required < level.required.length) unknown = addMissing(node, path, level.required, unknown ?? [], errors);
    for (const member of unknown ?? []) onUnknown(member, path);
  };
}

/** Checks one value that has no level of its own, and returns whether it is valid. */
export function checkField(schema: GenericSchema, member: JsonMember, path: JsonPath, errors: ErrorList): boolean {
  const { value, name } = member;
  const { issues } = safeParse(schema, shallow(value), { abortPipeEarly: true });
  for (const issue of issues ?? []) {
    const index = issue.path?.[0].key;
    const culprit = value.type === 'array' && typeof index === 'number' ? (value.items[index] ?? value) : value;
    const steps = culprit === value ? [...path, name.text] : [...path, name.text, Number(index)];
    errors.add(() => ({
      path: pointerTo(steps),
      message: `expected ${issue.message}, found ${describeNode(culprit)}${suggestionFor(culprit, issue.type, allowedValues(schema))}`,
      place: placeOf(culprit),
    }));
  }
  return issues === undefined;
}

/**
 * Adds an error for each required field that is missing: at the unknown field that was meant to be it, if there is one.
 * Returns the unknown fields that are left.
 */
function addMissing(
  node: JsonObject,
  path: JsonPath,
  required: readonly string[],
  unknown: readonly JsonMember[],
  errors: ErrorList,
): JsonMember[] {
  const left = [...unknown];
  const present = new Set(node.members.map((member) => member.name.text));
  for (const field of required) {
    if (present.has(field)) continue;
    const meant = left
      .filter((member) => nearestWord(member.name.text, [field]) === field)
      .sort((a, b) => editDistance(a.name.text, field) - editDistance(b.name.text, field))[0];
    if (meant === undefined) {
      const hint = field === 'site_name' ? ': give it there or with --site <name>' : '';
      errors.add(() => ({
        path: pointerTo(path),
        message: `the required field "${field}" is missing${hint}`,
        place: placeOf(node),
      }));
      continue;
    }
    left.splice(left.indexOf(meant), 1);
    errors.add(() => ({
      path: pointerTo(path),
      message: `unknown field "${visible(meant.name.text)}", did you mean "${field}"?`,
      place: placeOfName(meant),
    }));
  }
  return left;
}

/** The value as the schema sees it: what lies deeper than the items of a list is left out. */
function shallow(node: JsonNode): unknown {
  if (node.type === 'object') return {};
  if (node.type !== 'array') return scalarOf(node);
  return node.items.map((item) => {
    if (item.type === 'object') return {};
    return item.type === 'array' ? [] : scalarOf(item);
  });
}

/** The allowed values of an enumeration; none for other schemas. */
function allowedValues(schema: GenericSchema): readonly string[] {
  let inner: object = schema;
  while ('wrapped' in inner && typeof inner.wrapped === 'object' && inner.wrapped !== null) inner = inner.wrapped;
  return 'options' in inner && Array.isArray(inner.options) ? inner.options.map(String) : [];
}
