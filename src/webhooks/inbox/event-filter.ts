import { type Kind, KINDS } from '../../kinds.ts';

/** What a filter compares. */
export interface FilterableEvent {
  /** The type that the payload names. */
  readonly event: string | undefined;
  readonly kind: Kind | undefined;
  /** Of the result. */
  readonly siteName: string | undefined;
}

/**
 * Whether an event matches one of the patterns; without patterns all do. `cluster.optimized` also matches the events of a
 * single site; `*` stands for any text (`cluster.optimized.Example.*`). An event whose payload names no type, as the
 * documented ones, is matched by its kind and the site of its result.
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
