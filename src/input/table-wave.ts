/** The waves of a table as requests: what the flags and the common columns say is put around the picks. */
import type { Kind } from '../domain/kinds.ts';
import { CliError, type FailureDetail } from '../errors.ts';
import type { FaultList } from './fault-list.ts';
import type { MadeRequest } from './json-requests.ts';
import { prepareRequest, type Overrides } from './request.ts';
import type { TableResult, TableWave } from './table-requests.ts';

export interface TableParts {
  readonly kind: Kind;
  readonly name: string;
  readonly table: TableResult;
  readonly overrides: Overrides;
  readonly faults: FaultList;
  readonly warnings: FailureDetail[];
}

/** Stands for the picks while the rest of the request is checked. */
const STAND_IN = '{"pick_id":"@","location_id":"@","order_id":"@"}';

/** Faults of the request around the picks (no site) are told once, not for each wave. */
export function makeTableRequests(parts: TableParts): readonly MadeRequest[] {
  const { kind, table, overrides, faults, warnings } = parts;
  const waves = table.waves.some(({ waveId }) => waveId !== undefined);
  const made: MadeRequest[] = [];
  for (const wave of table.waves) {
    // Where the table has waves, `--wave` picks one of them later on; rows without one are not given its name.
    const waveId = wave.waveId ?? (waves ? undefined : overrides.wave);
    try {
      const prepared = prepareRequest(kind, sourceOf(wave, waveId, overrides), { ...overrides, wave: undefined });
      const text = new TextDecoder().decode(prepared.body);
      const head = text.slice(0, text.lastIndexOf(STAND_IN));
      warnings.push(...(made.length === 0 ? prepared.warnings : []), ...orderless(kind, wave));
      made.push({
        waveId,
        place: waveId === undefined && table.waves.length === 1 ? parts.name : wave.place,
        siteName: prepared.request.siteName,
        picks: wave.picks.count,
        digest: wave.picks.digest(head),
        body: () => wave.picks.body(head),
        headers: table.headers,
        rows: () => wave.picks.rows(),
      });
    } catch (error) {
      if (!(error instanceof CliError) || error.code !== 'invalid_request') throw error;
      for (const detail of error.details) faults.add(() => detail);
      break;
    }
  }
  return made;
}

function sourceOf(wave: TableWave, waveId: string | undefined, { site, start, end, params }: Overrides) {
  // In the order in which the documentation lists the fields, and the picks last: they are put in as they come.
  const fields: Record<string, unknown> = {};
  if (waveId !== undefined) fields['wave_id'] = waveId;
  if (site !== undefined) fields['site_name'] = site;
  if (start !== undefined) fields['start_points'] = null;
  if (end !== undefined) fields['end_points'] = null;
  for (const [field, value] of wave.request) fields[field] = value;
  if (params !== undefined && params.length > 0) fields['parameters'] = {};
  const members = Object.entries(fields).map(([field, value]) => `${JSON.stringify(field)}:${JSON.stringify(value)}`);
  const text = `{${[...members, `"picks":[${STAND_IN}]`].join(',')}}`;
  return { name: wave.place, text, place: () => `${wave.place}:1` };
}

/** As for JSON requests: the documentation of clustering does not say whether picks without an order are refused. */
function orderless(kind: Kind, wave: TableWave): readonly FailureDetail[] {
  if (kind !== 'cluster' || wave.orderless === 0) return [];
  const message = `${wave.orderless} of ${wave.picks.count} picks have no "order_id": clusters are made of orders, OptiPick may refuse them`;
  return [{ path: '/picks', message, place: wave.place }];
}
