/** The types of the package's documents against the schemas that requests are checked by, and against a real answer. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, expectTypeOf, test } from 'vitest';

import type * as schema from '../../src/requests/schema.ts';
import { REQUEST_SCHEMAS } from '../../src/requests/schema.ts';
import type { ClusterAnswer, ClusterPick, ClusterRequest, RoutePick, RouteRequest } from '../../src/index.ts';

/** The fields that a type names, without those that it leaves open. */
type Named<T> = keyof { [K in keyof T as string extends K ? never : K]: T[K] };

test('the request types name the fields of the schemas, with the same values', () => {
  expectTypeOf<schema.RouteDocument>().toExtend<RouteRequest>();
  expectTypeOf<schema.ClusterDocument>().toExtend<ClusterRequest>();
  expectTypeOf<Named<RouteRequest>>().toEqualTypeOf<Named<schema.RouteDocument>>();
  expectTypeOf<Named<ClusterRequest>>().toEqualTypeOf<Named<schema.ClusterDocument>>();
  expectTypeOf<Named<ClusterPick>>().toEqualTypeOf<Named<schema.PickDocument>>();
  expectTypeOf<Named<RoutePick>>().toEqualTypeOf<Named<schema.RouteDocument['picks'][number]>>();
  expectTypeOf<Named<NonNullable<RouteRequest['parameters']>>>().toEqualTypeOf<
    Named<NonNullable<schema.RouteDocument['parameters']>>
  >();
  expectTypeOf<Named<NonNullable<ClusterRequest['parameters']>>>().toEqualTypeOf<
    Named<NonNullable<schema.ClusterDocument['parameters']>>
  >();
  const named: Record<Named<RouteRequest>, true> = {
    wave_id: true,
    site_name: true,
    start_points: true,
    end_points: true,
    extra: true,
    route_id: true,
    parameters: true,
    picks: true,
  };
  expect(Object.keys(named).sort()).toEqual(Object.keys(REQUEST_SCHEMAS.route.request.fields).sort());
});

test('the one real answer matches its type', async () => {
  const file = join(import.meta.dirname, '../fixtures/example-cluster-response.json');
  const answer = JSON.parse(await readFile(file, 'utf8')) as ClusterAnswer;
  expect({
    clusters: answer.optimal_clusters?.map(({ list_id: list, order_ids: orders }) => [list, orders?.length]),
    total: answer.optimal_clusters?.reduce((sum, { estimated_distance: distance }) => sum + (distance ?? 0), 0),
    open: answer['purpose'],
  }).toEqual({
    clusters: [
      ['cluster_0', 1],
      ['cluster_1', 2],
      ['cluster_2', 2],
    ],
    total: answer.optimal_distance,
    open: 'OPERATIONAL',
  });
});
