import type { Kind } from '../../src/kinds.ts';
import { decodeSource } from '../../src/requests/encoding.ts';
import { parseJson } from '../../src/requests/json/parser.ts';
import { checkRequest, invalidRequest, type Overrides } from '../../src/requests/request.ts';
import { createIdCheck } from '../../src/requests/validation/id-check.ts';

export interface RequestFile {
  readonly kind: Kind;
  readonly bytes: Uint8Array;
  readonly name: string;
  readonly overrides?: Overrides;
}

/** One JSON request from its file to the body that is sent. Throws what is wrong with it. */
export function readRequest({ kind, bytes, name, overrides = {} }: RequestFile) {
  const tree = parseJson(decodeSource(name, bytes));
  const { errors, warnings, prepared } = checkRequest(kind, tree, overrides, createIdCheck(new Set()));
  if (errors.count > 0) throw invalidRequest(`${name} is not a valid ${kind} request`, errors);
  return { ...prepared(), warnings };
}
