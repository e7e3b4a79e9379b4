/** The settings of a sandbox, and their defaults. */
import type { PayloadShape } from '../webhooks/payload.ts';
import { CliError } from '../errors.ts';
import { checkFaultRates, type FaultRates } from './faults.ts';
import type { Site } from '../site/model.ts';
import type { OnSandboxEvent } from './events.ts';
import { parseEndpointSecret } from './webhooks/secret.ts';

/** What a submit with `synchronous=false` answers: an object with the id under that name, or the bare string. */
export const SUBMIT_SHAPES = ['request_id', 'id', '_id', 'bare'] as const;
export type SubmitShape = (typeof SUBMIT_SHAPES)[number];

/** What polling answers while a job runs: 404, 202, 200 with `null`, or 200 with `{"request_id", "status": "RUNNING"}`. */
export const PENDING_SHAPES = ['404', '202', 'null', 'status'] as const;
export type PendingShape = (typeof PENDING_SHAPES)[number];

/**
 * How errors are answered: `{"detail"}` (FastAPI), `{"message"}` (a gateway), `{"code", "params", "message"}`, or plain
 * text. Clients of the vendor's other APIs meet all four.
 */
export const ERROR_SHAPES = ['fastapi', 'gateway', 'coded', 'text'] as const;
export type ErrorShape = (typeof ERROR_SHAPES)[number];

/** Every setting is optional. The shapes choose where the API's documentation leaves things open. */
export interface SandboxConfig {
  /** Default: the built-in `Example`. */
  readonly site?: Site | undefined;
  /** Default: a new one. */
  readonly apiKey?: string | undefined;
  /** Signs the webhooks to endpoints without a secret of their own. Default: a new one. */
  readonly secret?: string | undefined;
  /** How long an asynchronous job runs at least, in milliseconds. Default 500. */
  readonly latency?: number | undefined;
  /** 60 makes a minute of the retry schedule last a second. Default 1. */
  readonly timeScale?: number | undefined;
  /** Share of the occasions, from 0 to 1, on which each fault happens. */
  readonly faults?: FaultRates | undefined;
  /** The same input and seed give the same answer, and a seed that is given the same key and secret. Default 1. */
  readonly seed?: number | undefined;
  /** What a submit with `synchronous=false` answers. Default `request_id`. */
  readonly submitShape?: SubmitShape | undefined;
  /** What polling answers before the end. Default `404`. */
  readonly pendingAs?: PendingShape | undefined;
  /** How errors are answered. Default: `fastapi`, but `gateway` for a missing or wrong key. */
  readonly errorShape?: ErrorShape | undefined;
  /** What webhooks carry: `request_id` alone (`id`, the default), or the event type, too (`rich`). */
  readonly payloadShape?: PayloadShape | undefined;
  /** Lets webhooks leave this machine. Default false. */
  readonly allowRemoteWebhooks?: boolean | undefined;
  /** Called for each request, job and webhook attempt. */
  readonly onEvent?: OnSandboxEvent | undefined;
}

/** Throws `CliError` (usage) for a value that cannot be used. */
export function checkConfig(options: SandboxConfig): void {
  const { latency = 0, timeScale = 1, seed = 1, apiKey, secret } = options;
  if (!(latency >= 0)) throw badOption('latency', 'a duration of 0 or more');
  if (!(timeScale > 0) || timeScale === Number.POSITIVE_INFINITY) throw badOption('time-scale', 'a number above 0');
  if (!Number.isSafeInteger(seed)) throw badOption('seed', 'a whole number');
  if (apiKey !== undefined && !/^[\u0021-\u007E]+$/.test(apiKey)) {
    throw badOption('api-key', 'a word of visible ASCII characters');
  }
  if (secret !== undefined) parseEndpointSecret(secret);
  checkFaultRates(options.faults ?? {});
}

function badOption(name: string, expected: string): CliError {
  return new CliError('usage', `the sandbox's ${name} must be ${expected}`, { code: 'bad_sandbox_option' });
}
