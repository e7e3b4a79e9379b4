/** What every check gets to see. */
import type { Context } from '../../app/context.ts';
import type { Redact } from '../../settings/redaction.ts';
import type { Settings } from '../../settings/settings.ts';
import type { Host } from '../../platform/host.ts';
import type { Remedies } from './fix-commands.ts';

export interface DoctorFlags {
  readonly port?: number;
  readonly path: string;
  readonly publicUrl?: string;
  readonly offline?: boolean;
  /** Milliseconds for each check that needs the network. */
  readonly timeout: number;
}

export interface Examination {
  readonly host: Host;
  /** Traced with `--debug`. */
  readonly clientFor: Context['clientFor'];
  readonly stop: AbortSignal;
  readonly flags: DoctorFlags;
  readonly settings: Settings;
  /** The settings file cannot be read: what would be stored in it is not known, and `settings` goes without it. */
  readonly storeUnknown: boolean;
  readonly remedies: Remedies;
  /** Strikes key and secrets out of what others say. */
  readonly redact: Redact;
}
