/** JSON with the members of its objects in other orders. */
import { type JsonLiteral, type JsonMembers, mapMembers } from '../../lib/json/literals.ts';

type Members = JsonMembers['members'];

const byText = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

const sortedBy =
  (compare: (one: string, other: string) => number) =>
  (document: JsonLiteral): JsonLiteral =>
    mapMembers(document, (members) => members.toSorted(([one], [other]) => compare(one, other)));

/** As sorted maps and PostgreSQL's `jsonb` write keys. */
export const SORTED_ORDERS = [
  { name: 'sorted', sort: sortedBy(byText) },
  { name: 'sorted by length', sort: sortedBy((one, other) => one.length - other.length || byText(one, other)) },
  {
    name: 'sorted without regard to capitals',
    sort: sortedBy((one, other) => byText(one.toLowerCase(), other.toLowerCase())),
  },
] as const;

/** Sorted, or as stacks write them. */
export function* regularOrders(document: JsonLiteral): Generator<JsonLiteral, void> {
  for (const { sort } of SORTED_ORDERS) yield sort(document);
  yield mapMembers(document, (members: Members) => members.toReversed());
}

/** More orders than this are not tried: seven members have 5,040. */
const MOST_ORDERS = 5_040;

/** All orders of the members of all objects; when those are too many, of the outermost object, or none. */
export function* everyOrder(document: JsonLiteral): Generator<JsonLiteral, void> {
  const sizes: number[] = [];
  mapMembers(document, (members) => {
    sizes.push(members.length);
    return members;
  });
  const wanted = countOf(sizes) <= MOST_ORDERS ? sizes : sizes.slice(0, 1);
  const orders = countOf(wanted);
  if (orders > MOST_ORDERS) return;
  for (let number = 1; number < orders; number += 1) {
    let rest = number;
    let object = -1;
    yield mapMembers(document, (members) => {
      object += 1;
      if (object >= wanted.length) return members;
      const count = factorial(members.length);
      const order = permutation(members, rest % count);
      rest = Math.floor(rest / count);
      return order;
    });
  }
}

const countOf = (sizes: readonly number[]): number => sizes.reduce((product, size) => product * factorial(size), 1);

const factorial = (count: number): number => (count < 2 ? 1 : count * factorial(count - 1));

/** The permutation with this number; 0 is the given order. */
function permutation(members: Members, number: number): Members {
  const left = [...members];
  const order: Members[number][] = [];
  let rest = number;
  while (left.length > 0) {
    const block = factorial(left.length - 1);
    order.push(...left.splice(Math.floor(rest / block), 1));
    rest %= block;
  }
  return order;
}
