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

/** The cart with more places first: inserting few places into many is less work. */
function bySize(cart: Cart, other: Cart): readonly [Cart, Cart] {
  return cart.trip.nodes.length < other.trip.nodes.length ? [other, cart] : [cart, other];
}

export function createCartLoader({ orders, limits }: OrderBook, trips: TripPlanner) {
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

  /** With one more order, where its picks cost least. */
  function add(cart: Cart, index: number): Cart {
    const order = orderAt(index);
    return {
      orders: [...cart.orders, index],
      trip: trips.with(cart.trip, order.nodes),
      ...totalBulk([cart, order]),
    };
  }

  return {
    empty: { orders: [], trip: trips.empty, volume: 0, weight: 0, surface: 0 } as Cart,
    with: add,
    /** All orders of both. */
    join(cart: Cart, other: Cart): Cart {
      const [large, small] = bySize(cart, other);
      return {
        orders: [...large.orders, ...small.orders],
        trip: trips.with(large.trip, small.trip.nodes),
        ...totalBulk([large, small]),
      };
    },
    without(cart: Cart, ...gone: readonly number[]): Cart {
      if (gone.length === 0) return cart;
      const left = cart.orders.filter((order) => !gone.includes(order));
      const removed = new Set(gone.flatMap((order) => Array.from(orderAt(order).nodes)));
      for (const order of left) for (const node of orderAt(order).nodes) removed.delete(node);
      // Summed again: subtracting would leave rounding errors behind.
      return { orders: left, trip: trips.without(cart.trip, removed), ...totalBulk(left.map(orderAt)) };
    },
    /** Length of the trip with one more order; infinite when it would break a limit. An order alone never does. */
    lengthWith(cart: Cart, index: number) {
      const { nodes, volume, weight, surface } = orderAt(index);
      if (cart.orders.length === 0) return trips.lengthWith(cart.trip, nodes);
      return lengthOfBoth(cart, nodes, { orders: [index], volume, weight, surface });
    },
    /** Length of the trip without each of its orders, in their order. */
    lengthsWithout: ({ orders: inside, trip }: Cart) =>
      trips.lengthsWithout(
        trip,
        inside.map((order) => orderAt(order).nodes),
      ),
    /** What one more order adds to the trip, whatever the limits. */
    extra: (cart: Cart, index: number) => trips.lengthWith(cart.trip, orderAt(index).nodes) - cart.trip.length,
    /** Length of the trip with all orders of both; infinite when it would break a limit. */
    lengthJoined(cart: Cart, other: Cart) {
      const [large, small] = bySize(cart, other);
      return lengthOfBoth(large, small.trip.nodes, small);
    },
    *polish(cart: Cart): Steps<Cart> {
      return { ...cart, trip: yield* trips.polish(cart.trip) };
    },
  };
}

export type CartLoader = ReturnType<typeof createCartLoader>;
