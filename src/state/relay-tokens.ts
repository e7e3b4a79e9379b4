/**
 * The inbox of each profile at a relay, so that its address stays the same from run to run. Every method rejects
 * with `CliError` `environment` when the state cannot be read or written.
 */
export interface RelayTokens {
  /** `relay`: the host, with its port. */
  find(profile: string, relay: string): Promise<string | undefined>;
  keep(profile: string, relay: string, token: string): Promise<void>;
}
