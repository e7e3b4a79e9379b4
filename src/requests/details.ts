/** A request pick by pick, as it was sent: what its answer is compared with. */
import { fieldOf, isRecord, numberOf, textOf, textsOf } from '../lib/json/loose-fields.ts';
import type { Redact } from '../settings/redaction.ts';

export interface RequestPick {
  readonly pickId: string;
  /** One, or alternatives. */
  readonly locations: readonly string[];
  readonly orderId: string | undefined;
  readonly listId: string | undefined;
  readonly asisSequence: number | undefined;
  /** All fields as they were sent, for limits on size and weight. */
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface RequestDetails {
  readonly siteName: string | undefined;
  readonly waveId: string | undefined;
  readonly startPoints: readonly string[];
  readonly endPoints: readonly string[];
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly picks: readonly RequestPick[];
}

/**
 * Reads the body of a request that was checked before it was sent. It is redacted as answers are: an id that happens to
 * hold a piece of the API key would else not match.
 */
export function readRequestDetails(body: Uint8Array, redact: Redact = (text) => text): RequestDetails {
  const redacted = (value: unknown): string | undefined => {
    const text = textOf(value);
    return text === undefined ? undefined : redact(text);
  };
  const request: unknown = JSON.parse(new TextDecoder().decode(body));
  const parameters = fieldOf(request, 'parameters');
  const picks = fieldOf(request, 'picks');
  return {
    siteName: redacted(fieldOf(request, 'site_name')),
    waveId: redacted(fieldOf(request, 'wave_id')),
    startPoints: textsOf(fieldOf(request, 'start_points')).map(redact),
    endPoints: textsOf(fieldOf(request, 'end_points')).map(redact),
    parameters: isRecord(parameters) ? parameters : {},
    picks: (Array.isArray(picks) ? picks : []).filter(isRecord).map((pick) => ({
      pickId: redacted(pick['pick_id']) ?? '',
      locations: textsOf(pick['location_id']).map(redact),
      orderId: redacted(pick['order_id']),
      listId: redacted(pick['list_id']),
      asisSequence: numberOf(pick['asis_sequence']),
      fields: pick,
    })),
  };
}
