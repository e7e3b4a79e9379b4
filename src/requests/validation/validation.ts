/** Checks a request before anything is sent: finds all errors, each with its place. */
import type { Kind } from '../../kinds.ts';
import { REQUEST_SCHEMAS, type RequestSchema } from '../schema.ts';
import type { FailureDetail } from '../../errors.ts';
import { ErrorList } from '../error-list.ts';
import type { IdCheck } from './id-check.ts';
import {
  type JsonMember,
  type JsonNode,
  type JsonPath,
  type JsonScalar,
  type JsonTree,
  memberOf,
  placeOf,
  stringOf,
} from '../json/tree.ts';
import { describeNode } from '../json/messages.ts';
import { checkField, createLevelCheck } from './level-check.ts';
import { UnknownFields } from './unknown-fields.ts';

export interface Validation {
  /** The request is sent when there are none. */
  readonly errors: ErrorList;
  readonly warnings: readonly FailureDetail[];
}

/**
 * Checks the known fields strictly and lets unknown ones pass with a warning, since the API has fields that no document
 * names. An unknown field is an error only where a required one is missing because of it. Without `ids` the texts may be
 * anything.
 */
export function validateRequest(kind: Kind, tree: JsonTree, ids?: IdCheck): Validation {
  const schema: RequestSchema = REQUEST_SCHEMAS[kind];
  const errors = new ErrorList();
  errors.addAll(tree.duplicates);
  const { root } = tree;
  if (root.type !== 'object') {
    const hint = root.type === 'array' ? ': --site <name> makes a request of a list of picks' : '';
    errors.add(() => ({
      path: '',
      message: `expected an object with "site_name" and "picks", found ${describeNode(root)}${hint}`,
      place: placeOf(root),
    }));
    return { errors, warnings: [] };
  }

  const unknown = new UnknownFields();
  const checkRequest = createLevelCheck(schema.request, {
    deeper: ['parameters', 'picks'],
    errors,
    onUnknown: unknown.anywhere(schema.request),
    ids,
  });
  checkRequest(root, []);

  const parameters = memberOf(root, 'parameters');
  if (parameters !== undefined) {
    const onUnknown = unknown.likelyTypos(schema.parameters);
    const checkParameters = createLevelCheck(schema.parameters, { errors, onUnknown });
    if (parameters.value.type === 'object') checkParameters(parameters.value, ['parameters']);
    else addNoObject(parameters.value, '/parameters', errors);
  }

  const picks = memberOf(root, 'picks');
  const checkPick = createLevelCheck(schema.pick, { errors, onUnknown: unknown.anywhere(schema.pick), ids });
  const orderless = picks === undefined ? [] : checkPicks(schema, picks, errors, checkPick);
  return {
    errors,
    warnings: [...unknown.warnings(), ...(kind === 'cluster' ? orderless : [])],
  };
}

/** Returns a warning when picks lack an order: the documentation of clustering does not say whether the API refuses that. */
function checkPicks(
  schema: RequestSchema,
  picks: JsonMember,
  errors: ErrorList,
  checkPick: (node: JsonNode & { type: 'object' }, path: JsonPath) => void,
): FailureDetail[] {
  const { value } = picks;
  if (value.type !== 'array' || value.items.length === 0) {
    const whole = schema.request.fields['picks'];
    if (whole !== undefined) checkField(whole, picks, [], errors);
    return [];
  }
  const first = new Map<string, JsonScalar>();
  const orderless: JsonNode[] = [];
  for (const [index, pick] of value.items.entries()) {
    if (pick.type !== 'object') {
      addNoObject(pick, `/picks/${index}`, errors);
      continue;
    }
    checkPick(pick, ['picks', index]);
    checkUnique(memberOf(pick, 'pick_id')?.value, `/picks/${index}/pick_id`, first, errors);
    const order = memberOf(pick, 'order_id')?.value;
    if (order === undefined || order.type === 'null') orderless.push(pick);
  }
  const [example] = orderless;
  if (example === undefined) return [];
  const message = orderlessPicks(orderless.length, value.items.length);
  return [{ path: '/picks', message, place: placeOf(example) }];
}

/** The warning for picks of a cluster without an order. */
export function orderlessPicks(orderless: number, all: number): string {
  return `${orderless} of ${all} picks have no "order_id": clusters are made of orders, OptiPick may refuse them`;
}

function checkUnique(id: JsonNode | undefined, path: string, seen: Map<string, JsonScalar>, errors: ErrorList): void {
  if (id?.type !== 'string') return;
  const text = stringOf(id);
  const first = seen.get(text);
  if (first === undefined) {
    seen.set(text, id);
    return;
  }
  errors.add(() => ({
    path,
    message: `the pick_id ${describeNode(id).replace('the text ', '')} is used twice, first at ${placeOf(first)}`,
    place: placeOf(id),
  }));
}

function addNoObject(node: JsonNode, path: string, errors: ErrorList): void {
  errors.add(() => ({ path, message: `expected an object, found ${describeNode(node)}`, place: placeOf(node) }));
}
