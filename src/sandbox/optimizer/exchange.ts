import type { Cart, CartLoader } from './cart.ts';
import type { Steps } from '../../lib/async/steps.ts';

const EPSILON = 1e-7;
/** How many swaps, those that look best by the estimate, are measured. */
const MEASURED_SWAPS = 8;
/** With more pairs of orders than this, single orders move but are not swapped. */
const MOST_PAIRS = 10_000;

export function lengthOf(carts: readonly Cart[]): number {
  let total = 0;
  for (const { trip } of carts) total += trip.length;
  return total;
}

interface Swap {
  readonly fromA: number;
  readonly fromB: number;
  readonly estimate: number;
}

/** The swaps with the smallest sum of what leaving saves and joining costs, each estimated on its own. */
function likelySwaps(
  loader: CartLoader,
  a: Cart,
  b: Cart,
  savedA: readonly number[],
  savedB: readonly number[],
): Swap[] {
  const intoA = b.orders.map((order) => loader.extra(a, order));
  const intoB = a.orders.map((order) => loader.extra(b, order));
  const best: Swap[] = [];
  for (const [at, saved] of savedA.entries()) {
    for (const [other, savedToo] of savedB.entries()) {
      if (saved + savedToo <= EPSILON) continue;
      const estimate = (intoA[other] as number) + (intoB[at] as number) - saved - savedToo;
      if (best.length === MEASURED_SWAPS && estimate >= (best.at(-1)?.estimate ?? 0)) continue;
      const place = best.findIndex((swap) => swap.estimate > estimate);
      const swap = { fromA: a.orders[at] as number, fromB: b.orders[other] as number, estimate };
      best.splice(place < 0 ? best.length : place, 0, swap);
      if (best.length > MEASURED_SWAPS) best.pop();
    }
  }
  return best;
}

/** The best single change between two carts: an order moves over, or two are swapped. `undefined`: none helps. */
function improvePair(loader: CartLoader, a: Cart, b: Cart): readonly [Cart, Cart] | undefined {
  let best = a.trip.length + b.trip.length - EPSILON;
  let change: (() => readonly [Cart, Cart]) | undefined;
  const restsOfA = loader.lengthsWithout(a);
  const restsOfB = loader.lengthsWithout(b);

  for (const [at, rest] of restsOfA.entries()) {
    const order = a.orders[at] as number;
    if (rest >= best) continue;
    const length = rest + loader.lengthWith(b, order);
    if (length >= best) continue;
    best = length;
    change = () => [loader.without(a, order), loader.with(b, order)];
  }
  for (const [at, rest] of restsOfB.entries()) {
    const order = b.orders[at] as number;
    if (rest >= best) continue;
    const length = rest + loader.lengthWith(a, order);
    if (length >= best) continue;
    best = length;
    change = () => [loader.with(a, order), loader.without(b, order)];
  }
  if (a.orders.length * b.orders.length > MOST_PAIRS) return change?.();
  const savedA = restsOfA.map((rest) => a.trip.length - rest);
  const savedB = restsOfB.map((rest) => b.trip.length - rest);
  for (const { fromA, fromB } of likelySwaps(loader, a, b, savedA, savedB)) {
    const restA = loader.without(a, fromA);
    const restB = loader.without(b, fromB);
    const length = loader.lengthWith(restA, fromB) + loader.lengthWith(restB, fromA);
    if (length >= best) continue;
    best = length;
    change = () => [loader.with(restA, fromB), loader.with(restB, fromA)];
  }
  return change?.();
}

/** Polishes the trip of every cart. */
export function* polishAll(loader: CartLoader, carts: readonly Cart[]): Steps<readonly Cart[]> {
  const polished: Cart[] = [];
  for (const cart of carts) polished.push(yield* loader.polish(cart));
  return polished;
}

/** Moves and swaps orders among a few carts until nothing helps, then polishes their trips. Empty carts are dropped. */
export function* exchangeOrders(loader: CartLoader, given: readonly Cart[]): Steps<readonly Cart[]> {
  const carts = [...given];
  for (let changed = true; changed;) {
    changed = false;
    for (let row = 0; row < carts.length; row += 1) {
      for (let column = 0; column < row; column += 1) {
        for (;;) {
          yield;
          const pair = improvePair(loader, carts[row] as Cart, carts[column] as Cart);
          if (pair === undefined) break;
          [carts[row], carts[column]] = pair;
          changed = carts.length > 2;
        }
      }
    }
  }
  return yield* polishAll(
    loader,
    carts.filter(({ orders }) => orders.length > 0),
  );
}
