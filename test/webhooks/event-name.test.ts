import { expect, test } from 'vitest';
import type { CliError } from '../../src/errors.ts';
import { rejectNearEvent } from '../../src/webhooks/event-name.ts';

function hintFor(name: string): string | undefined {
  try {
    rejectNearEvent(name);
    return undefined;
  } catch (error) {
    return (error as CliError).hint;
  }
}

test.each([
  ['route.optimised', 'did you mean "route.optimized"?'],
  ['cluster.optimised.Example.673f', 'did you mean "cluster.optimized.Example.673f"?'],
  ['cluster.optimised.*', 'did you mean "cluster.optimized.*"?'],
  ['Route.Optimized', 'did you mean "route.optimized"?'],
  ['cluster', 'did you mean "cluster.optimized"?'],
  ['routes.optimized', 'did you mean "route.optimized"?'],
])('the event %s is answered with %s', (name, hint) => {
  expect(hintFor(name)).toBe(hint);
});

test.each(['route.optimized', 'cluster.optimized.Example.673f', 'cluster.*', '*', 'order.created', 'e', ''])(
  'the event %j passes',
  (name) => {
    expect(hintFor(name)).toBeUndefined();
  },
);
