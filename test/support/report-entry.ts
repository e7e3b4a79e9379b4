/** Entries of reports, from answers as the API sends them. */
import { readFileSync } from 'node:fs';
import { readDetails } from './read-details.ts';
import { readRequestDetails } from '../../src/requests/details.ts';
import type { ReportEntry } from '../../src/output/answers/report-model.ts';

const fixture = (name: string): Buffer => readFileSync(new URL(`../fixtures/${name}`, import.meta.url));

/** The one published answer, with the request that must have led to it. */
export function exampleEntry(more: Partial<ReportEntry> = {}): ReportEntry {
  return {
    ...entryOf(JSON.parse(fixture('example-cluster-response.json').toString()), {}),
    request: readRequestDetails(fixture('example-cluster-request.json')),
    ...more,
  };
}

/** An answer that was asked for by its id, unless told otherwise. */
export function entryOf(answer: unknown, more: Partial<ReportEntry> = {}): ReportEntry {
  const details = readDetails(Buffer.from(JSON.stringify(answer)));
  if (details === undefined) throw new Error('no answer');
  const { kind = 'cluster', requestId = '000000000000000000000001' } = details.summary;
  return { name: requestId, kind, requestId, details, request: undefined, findings: [], gates: [], ...more };
}

/** A route with `count` stops at aisle A, all the same length before and after. */
export function routeAnswer(count: number, more: Readonly<Record<string, unknown>> = {}): object {
  return {
    type: 'ROUTE',
    site_name: 'Example',
    wave_id: 'W7',
    request_id: '67507ad05e593173d0313e10',
    picks: Array.from({ length: count }, (_, index) => ({
      pick_id: `p${index + 1}`,
      location_id: `A${String((index % 10) + 1).padStart(2, '0')}`,
      asis_sequence: count - index,
      optim_sequence: index,
    })),
    asis_distance: 4000,
    optimal_distance: 3000,
    ...more,
  };
}
