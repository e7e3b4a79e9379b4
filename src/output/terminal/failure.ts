import { maskUrlsIn } from '../../lib/net/url-secrets.ts';
import { type CliError, type FailureDetail, messageOf } from '../../errors.ts';
import { cleanText } from '../../lib/text/sanitize-terminal.ts';
import type { Style } from './style.ts';

/**
 * A failure for people: `error: ...`, one indented line per detail (`/picks/3: unknown field (picks.json:14:7)`), the
 * request id when the message does not name it, `hint: ...`. Never a stack: see {@link renderStack}.
 */
export function renderFailure(error: CliError, style: Style): string[] {
  const lines = [`${style.red('error:')} ${shown(error.message)}`];
  for (const detail of error.details) lines.push(`  ${renderDetail(detail, style)}`);
  if (error.requestId !== undefined && !error.message.includes(error.requestId)) {
    lines.push(`${style.bold('request id:')} ${cleanText(error.requestId)}`);
  }
  if (error.hint !== undefined) lines.push(`${style.cyan('hint:')} ${shown(error.hint)}`);
  return lines;
}

/** What a failure looks like with `--json`, ready for `JSON.stringify`; what is not known is left out. */
export interface FailureJson {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly exitCode: number;
    readonly status?: number;
    readonly api_code?: string;
    readonly requestId?: string;
    readonly retryable: boolean;
    readonly hint?: string;
    readonly details?: readonly FailureDetail[];
  };
}

export function failureJson(error: CliError): FailureJson {
  return {
    error: {
      code: error.code,
      message: shown(error.message),
      exitCode: error.exitCode,
      ...(error.status === undefined ? {} : { status: error.status }),
      ...(error.apiCode === undefined ? {} : { api_code: cleanText(error.apiCode) }),
      ...(error.requestId === undefined ? {} : { requestId: error.requestId }),
      retryable: error.retryable,
      ...(error.hint === undefined ? {} : { hint: shown(error.hint) }),
      ...(error.details.length === 0 ? {} : { details: error.details.map(cleanDetail) }),
    },
  };
}

/** For `--debug` only: the stack of anything thrown and of its causes, one line each. */
export function renderStack(error: unknown): string[] {
  const lines: string[] = [];
  // A cause can lead back to itself: the number of steps is bounded.
  for (let at: unknown = error, depth = 0; at !== undefined && depth < 8; depth += 1) {
    const text = at instanceof Error ? (at.stack ?? messageOf(at)) : messageOf(at);
    const clean = cleanText(maskUrlsIn(depth === 0 ? text : `caused by: ${text}`), { multiline: true });
    lines.push(...clean.split('\n'));
    at = at instanceof Error ? at.cause : undefined;
  }
  return lines;
}

/** One line, in which no URL shows a secret. */
function shown(text: string): string {
  return cleanText(maskUrlsIn(text)).trimEnd();
}

function renderDetail(detail: FailureDetail, style: Style): string {
  const { path, message, place } = cleanDetail(detail);
  const start = path === '' ? message : `${path}: ${message}`;
  return place === undefined ? start : `${start} ${style.dim(`(${place})`)}`;
}

function cleanDetail(detail: FailureDetail): FailureDetail {
  return {
    path: cleanText(detail.path),
    message: shown(detail.message),
    ...(detail.place === undefined ? {} : { place: cleanText(detail.place) }),
  };
}
