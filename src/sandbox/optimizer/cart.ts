import { fits, totalBulk } from './limits.ts';
import type { Order, OrderBook } from './order-book.ts';
import type { Bulk } from './problem.ts';
import type { Steps } from '../../lib/async/steps.ts';
import type { TripPlanner } from './trip.ts';
import type { Trip } from './trip-table.ts';

/** A cluster while it is being searched for. */
export interface Cart extends Bulk {
  /** Indexes into the order book. */
  readonly orders: readonly number[];
  readonly trip: Trip;
}

export interface CartLoader {
  readonly empty: Cart;
  /** With one more order, where its picks cost least. */
  with(cart: Cart, order: number): Cart;
  /** All orders of both. */
  join(cart: Cart, other: Cart): Cart;
  without(cart: Cart, ...orders: readonly number[]): Cart;
  /** Length of the trip with one more order; infinite when it would break a limit. An order alone never does. */
  lengthWith(cart: Cart, order: number): number;
  /** Length of the trip without each of its orders, in their order. */
  lengthsWithout(cart: Cart): readonly number[];
  /** What one more order adds to the trip, whatever the limits. */
  extra(cart: Cart, order: number): number;
  /** Length of the trip with all orders of both; infinite when it would break a limit. */
  lengthJoined(cart: Cart, other: Cart): number;
  polish(cart: Cart): Steps<Cart>;
}

/** The cart with more places first: inserting few places into many is less work. */
function bySize(cart: Cart, other: Cart): readonly [Cart, Cart] {
  return cart.trip.nodes.length < other.trip.nodes.length ? [other, cart] : [cart, other];
}

export function createCartLoader({ orders, limits }: OrderBook, trips: TripPlanner): CartLoader {
  const orderAt = (index: number): Order => orders[index] as Order;

  /** The length of the trip, or infinity when it would break a limit; the cheap limits are checked first. */
  function lengthOfBoth(cart: Cart, nodes: Int32Array, more: Omit<Cart, 'trip'>): number {
    const load = {
      orders: cart.orders.length + more.orders.length,
      locations: 0,
      distance: 0,
      volume: cart.volume + more.volume,
      weight: cart.weight + more.weight,
      surface: cart.surface + more.surface,
    };
    if (!fits(limits, load)) return Number.POSITIVE_INFINITY;
    const distance = trips.lengthWith(cart.trip, nodes);
    const locations = limits.locations === undefined ? 0 : trips.placesOnTable();
    return fits(limits, { ...load, distance, locations }) ? distance : Number.POSITIVE_INFINITY;
  }

  function add(cart: Cart, index: number): Cart {
    const order = orderAt(index);
    return {
      orders: [...cart.orders, index],
      trip: trips.with(cart.trip, order.nodes),
      ...totalBulk([cart, order]),
    };
  }

  return {
    empty: { orders: [], trip: trips.empty, volume: 0, weight: 0, surface: 0 },
    with: add,
    join(cart, other) {
      const [large, small] = bySize(cart, other);
      return {
        orders: [...large.orders, ...small.orders],
        trip: trips.with(large.trip, small.trip.nodes),
        ...totalBulk([large, small]),
      };
    },
    without(cart, ...gone) {
      if (gone.length === 0) return cart;
      const left = cart.orders.filter((order) => !gone.includes(order));
      const removed = new Set(gone.flatMap((order) => Array.from(orderAt(order).nodes)));
      for (const order of left) for (const node of orderAt(order).nodes) removed.delete(node);
      // Summed again: subtracting would leave rounding errors behind.
      return { orders: left, trip: trips.without(cart.trip, removed), ...totalBulk(left.map(orderAt)) };
    },
    lengthWith(cart, index) {
      const { nodes, volume, weight, surface } = orderAt(index);
      if (cart.orders.length === 0) return trips.lengthWith(cart.trip, nodes);
      return lengthOfBoth(cart, nodes, { orders: [index], volume, weight, surface });
    },
    lengthsWithout: ({ orders: inside, trip }) =>
      trips.lengthsWithout(
        trip,
        inside.map((order) => orderAt(order).nodes),
      ),
    extra: (cart, index) => trips.lengthWith(cart.trip, orderAt(index).nodes) - cart.trip.length,
    lengthJoined(cart, other) {
      const [large, small] = bySize(cart, other);
      return lengthOfBoth(large, small.trip.nodes, small);
    },
    *polish(cart) {
      return { ...cart, trip: yield* trips.polish(cart.trip) };
    },
  };
}
