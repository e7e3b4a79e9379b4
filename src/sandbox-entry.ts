/** `import { createSandbox } from 'optipick/sandbox'`. */
export { createSandbox } from './library/sandbox.ts';
export type {
  AisleSiteFile,
  MatrixSiteFile,
  Sandbox,
  SandboxEndpoint,
  SandboxOptions,
  SitePlace,
} from './library/sandbox.ts';
export type { ErrorCode } from './error-codes.ts';
export { CliError, EXIT_CODES } from './errors.ts';
export type { FaultName, FaultRates } from './sandbox/faults.ts';
export type { SandboxEvent } from './sandbox/events.ts';
export type { PayloadShape } from './webhooks/payload.ts';
export type { ErrorShape, PendingShape, SubmitShape } from './sandbox/config.ts';
