/** What every check works with. */
import type { Context } from '../../context/context.ts';
import type { Redact } from '../../settings/redaction.ts';
import type { Settings } from '../../settings/settings.ts';
import type { Host } from '../../platform/host.ts';
import type { FixCommands } from './fix-commands.ts';

export interface DoctorFlags {
  readonly port?: number;
  readonly path: string;
  readonly publicUrl?: string;
  readonly offline?: boolean;
  /** Milliseconds for each check that needs the network. */
  readonly timeout: number;
}

export interface CheckContext {
  readonly host: Host;
  /** Traced with `--debug`. */
  readonly clientFor: Context['clientFor'];
  readonly stop: AbortSignal;
  readonly flags: DoctorFlags;
  readonly settings: Settings;
  /** The settings file cannot be read, so `settings` holds nothing of it. */
  readonly settingsUnreadable: boolean;
  readonly fixes: FixCommands;
  /** Removes the key and the secrets from text of others. */
  readonly redact: Redact;
}
