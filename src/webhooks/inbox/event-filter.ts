import { type Kind, KINDS } from '../../kinds.ts';

/** What is known of an event when it is about to be shown. */
export interface FilterableEvent {
  /** The type that the payload names. */
  readonly event: string | undefined;
  readonly kind: Kind | undefined;
  /** From the result. */
  readonly siteName: string | undefined;
}

/**
 * Whether an event is asked for by one of the patterns; no pattern asks for all. `cluster.optimized` also means those of
 * a single site; `*` stands for any text (`cluster.optimized.Example.*`). An event whose payload names no type, as the
 * documented ones, goes by its kind and the site of its result.
 */
export function createEventFilter(patterns: readonly string[]): (event: FilterableEvent) => boolean {
  if (patterns.length === 0) return () => true;
  const expressions = patterns.map(expressionOf);
  return (event) => namesOf(event).some((name) => expressions.some((expression) => expression.test(name)));
}

function expressionOf(pattern: string): RegExp {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('.*')}(?:\\..*)?$`, 's');
}

function namesOf({ event, kind, siteName }: FilterableEvent): readonly string[] {
  if (event !== undefined) return [event];
  if (kind === undefined) return [];
  const plain = KINDS[kind].event;
  return siteName === undefined ? [plain] : [plain, `${plain}.${siteName}.`];
}
