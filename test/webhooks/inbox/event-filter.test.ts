import { describe, expect, test } from 'vitest';
import { createEventFilter, type FilterableEvent } from '../../../src/webhooks/inbox/event-filter.ts';

const event = (name: string): FilterableEvent => ({ event: name, kind: undefined, siteName: undefined });
const untyped = (kind: 'route' | 'cluster', siteName?: string): FilterableEvent => ({
  event: undefined,
  kind,
  siteName,
});

describe('a pattern', () => {
  const cases: readonly (readonly [pattern: string, FilterableEvent, boolean])[] = [
    ['cluster.optimized', event('cluster.optimized'), true],
    ['cluster.optimized', event('cluster.optimized.Example.673f'), true],
    ['cluster.optimized', event('cluster.optimizedx'), false],
    ['cluster.optimized', event('route.optimized'), false],
    ['cluster.optimized.Example.*', event('cluster.optimized.Example.673f'), true],
    ['cluster.optimized.Example.*', event('cluster.optimized.Other.673f'), false],
    ['cluster.optimized.Example.*', event('cluster.optimized'), false],
    ['*.optimized', event('route.optimized'), true],
    ['*', event('anything at all'), true],
    ['route.optimised', event('routeXoptimised'), false],
    ['cluster.optimized', untyped('cluster'), true],
    ['cluster.optimized', untyped('route'), false],
    ['cluster.optimized.Example.*', untyped('cluster', 'Example'), true],
    ['cluster.optimized.Example.*', untyped('cluster', 'Other'), false],
    ['cluster.optimized.Example.*', untyped('cluster'), false],
    ['*', { event: undefined, kind: undefined, siteName: undefined }, false],
  ];
  for (const [pattern, what, fits] of cases) {
    test(`${pattern} ${fits ? 'fits' : 'does not fit'} ${JSON.stringify(what)}`, () => {
      expect(createEventFilter([pattern])(what)).toBe(fits);
    });
  }
});

test('no pattern fits all, and several fit what one of them fits', () => {
  expect(createEventFilter([])({ event: undefined, kind: undefined, siteName: undefined })).toBe(true);
  expect(createEventFilter(['route.optimized', 'cluster.optimized'])(event('cluster.optimized'))).toBe(true);
});
