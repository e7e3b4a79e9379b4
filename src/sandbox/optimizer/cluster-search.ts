import { createCartLoader, type Cart, type CartLoader } from './cart.ts';
import { exchangeOrders, lengthOf, polishAll } from './exchange.ts';
import type { OrderBook } from './order-book.ts';
import type { Random } from '../../lib/seeded-random.ts';
import { joinBySavings } from './savings.ts';
import type { Steps } from '../../lib/async/steps.ts';
import { createTripPlanner } from './trip.ts';

const EPSILON = 1e-7;
/** How many orders count as near an order. */
const NEAR = 12;
/** Share of the orders that a shake takes out. */
const SHAKEN = 0.25;
/** One in this many kicks dissolves whole carts. */
const DISSOLVE_ONE_IN = 6;
/** Limits of the insertions weighed, in all and for each order: clusters may be of any size. */
const WORK = 20_000_000;
const WORK_PER_ORDER = 35_000;

function shuffled(values: readonly number[], random: Random): number[] {
  const list = [...values];
  for (let at = list.length - 1; at > 0; at -= 1) {
    const other = random.below(at + 1);
    const value = list[at] as number;
    list[at] = list[other] as number;
    list[other] = value;
  }
  return list;
}

/** For every order those that are picked together with it for the least extra walking, beyond the longer of the two walks. */
function* nearOrders(loader: CartLoader, single: readonly Cart[]): Steps<readonly (readonly number[])[]> {
  const count = single.length;
  const extra = new Float64Array(count * count);
  for (const [row, a] of single.entries()) {
    yield;
    for (let column = 0; column < row; column += 1) {
      const b = single[column] as Cart;
      const more = loader.extra(a, column) + a.trip.length - Math.max(a.trip.length, b.trip.length);
      extra[row * count + column] = more;
      extra[column * count + row] = more;
    }
  }
  const indexes = single.map((_, index) => index);
  return indexes.map((row) =>
    indexes
      .filter((column) => column !== row)
      .sort((a, b) => (extra[row * count + a] as number) - (extra[row * count + b] as number))
      .slice(0, NEAR),
  );
}

/** Puts orders, in random order, into the carts, each where it costs least, or into a new one. */
function refill(
  loader: CartLoader,
  given: readonly Cart[],
  orders: readonly number[],
  random: Random,
): readonly Cart[] {
  const carts = [...given];
  for (const order of shuffled(orders, random)) {
    let best = carts.length;
    let least = loader.lengthWith(loader.empty, order);
    for (const [at, cart] of carts.entries()) {
      const longer = loader.lengthWith(cart, order) - cart.trip.length;
      if (longer < least) {
        least = longer;
        best = at;
      }
    }
    carts[best] = loader.with(carts[best] ?? loader.empty, order);
  }
  return carts;
}

/** Takes some orders out of the carts at random and puts them back where they cost least. */
function shake(loader: CartLoader, carts: readonly Cart[], random: Random): readonly Cart[] {
  const removed: number[] = [];
  const left = carts.map((cart) => {
    const out = cart.orders.filter(() => random.next() < SHAKEN);
    removed.push(...out);
    return loader.without(cart, ...out);
  });
  return refill(loader, left, removed, random);
}

/** Fills the orders of the carts into as many new ones, or one fewer. */
function dissolve(loader: CartLoader, carts: readonly Cart[], random: Random): readonly Cart[] {
  const orders = shuffled(
    carts.flatMap((cart) => cart.orders),
    random,
  );
  const pieces = Math.max(1, carts.length - random.below(2));
  const seeds = orders.splice(0, pieces).map((order) => loader.with(loader.empty, order));
  return refill(loader, seeds, orders, random);
}

/**
 * Groups the orders of a book: savings, then kicks. A kick takes two neighboring clusters (now and then
 * three), dissolves or shakes them, refills them at random, moves and swaps orders, and stays unless the result is longer.
 */
export function* searchClusters(book: OrderBook, random: Random, kicks: number): Steps<readonly Cart[]> {
  const trips = createTripPlanner(book.network);
  const loader = createCartLoader(book, trips);
  const single = yield* polishAll(
    loader,
    book.orders.map((_, order) => loader.with(loader.empty, order)),
  );
  const near = yield* nearOrders(loader, single);
  let carts = yield* polishAll(loader, yield* joinBySavings(loader, single));
  const limit = trips.work() + WORK + WORK_PER_ORDER * single.length;

  const cartWith = (order: number): Cart => carts.find(({ orders }) => orders.includes(order)) as Cart;
  function replace(old: ReadonlySet<Cart>, fresh: readonly Cart[]): void {
    if (lengthOf(fresh) <= lengthOf([...old]) + EPSILON) carts = [...carts.filter((cart) => !old.has(cart)), ...fresh];
  }
  /** The cart of an order and, of orders near it, up to `more` others. */
  function neighborhood(order: number, more: number): ReadonlySet<Cart> {
    const chosen = new Set([cartWith(order)]);
    for (const other of shuffled(near[order] ?? [], random)) {
      if (chosen.size > more) break;
      chosen.add(cartWith(other));
    }
    return chosen;
  }

  for (const order of single.keys()) {
    if (trips.work() > limit) break;
    yield;
    const chosen = neighborhood(order, 1);
    if (chosen.size > 1) replace(chosen, yield* exchangeOrders(loader, [...chosen]));
  }
  for (let made = 0; made < kicks && trips.work() < limit; made += 1) {
    yield;
    const chosen = neighborhood(random.below(single.length), random.below(4) === 0 ? 2 : 1);
    const kick = random.below(DISSOLVE_ONE_IN) === 0 ? dissolve : shake;
    replace(chosen, yield* exchangeOrders(loader, kick(loader, [...chosen], random)));
  }
  return carts;
}
