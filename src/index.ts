/** `import { createClient, verifyDelivery } from 'optipick'`. */
export type { ErrorCode } from './error-codes.ts';
export { CliError, EXIT_CODES } from './errors.ts';
export type { Failure, FailureDetail, FailureFacts } from './errors.ts';
export type { Kind } from './kinds.ts';
export { createClient } from './library/client.ts';
export type {
  Answer,
  CallOptions,
  Client,
  ClientOptions,
  Sighting,
  Submission,
  WaitOptions,
} from './library/client.ts';
export type {
  Cluster,
  ClusterAnswer,
  ClusteredPick,
  ClusterParameters,
  ClusterPick,
  ClusterRequest,
  InvalidPick,
  RouteAnswer,
  RoutedPick,
  RouteParameters,
  RoutePick,
  RouteRequest,
} from './library/documents.ts';
export type { HeadersLike } from './library/headers.ts';
export { verifyDelivery } from './library/verify.ts';
export type { DeliveryFacts, SignatureFault, Verification } from './library/verify.ts';
