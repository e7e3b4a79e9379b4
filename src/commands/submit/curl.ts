/** A request to read or to send by other means. The key is never in it. */
import { LONGEST_ARGUMENT, posixQuoted } from '../../lib/text/shell-words.ts';
import { withoutCredentials } from '../../lib/net/url-secrets.ts';

export interface OutgoingRequest {
  /** Absolute, with its query. */
  readonly url: string;
  readonly body: Uint8Array;
}

/** `cmd.exe` takes 8,191 characters in one line. */
const LONGEST_LINE = 8_000;

/** The file that holds a body too long for `cmd.exe`. */
const BODY_FILE = 'request.json';

/**
 * A curl command that can be pasted: for a POSIX shell, or for `cmd.exe` when `platform` is `win32`. The key is read
 * from the environment variable `OPTIPICK_API_KEY` by the shell that runs it.
 */
export function renderCurl(request: OutgoingRequest, platform: string): string {
  const url = withoutCredentials(request.url);
  const body = new TextDecoder().decode(request.body);
  return platform === 'win32' ? windowsCurl(url, body) : posixCurl(url, body, request.body.length);
}

/** What `--dry-run` shows: the head for people (stderr), and the exact bytes of the body (stdout). */
export function renderDryRun({ url, body }: OutgoingRequest): { head: string[]; content: Uint8Array } {
  return {
    head: [
      `POST ${withoutCredentials(url)}`,
      'X-API-KEY: $OPTIPICK_API_KEY',
      'Content-Type: application/json',
      `Content-Length: ${body.length}`,
    ],
    content: body,
  };
}

function posixCurl(url: string, body: string, size: number): string {
  const lines = [
    `curl -sS ${posixQuoted(url)}`,
    '-H "X-API-KEY: $OPTIPICK_API_KEY"',
    "-H 'Content-Type: application/json'",
  ];
  if (size <= LONGEST_ARGUMENT) return [...lines, `--data-raw ${posixQuoted(body)}`].join(' \\\n  ');
  // The body is one line of JSON and begins with a bracket: it cannot be mistaken for the end mark. `--data` drops line
  // ends, and so the one before the mark: what is sent is the body to the byte.
  return `${[...lines, "--data @- <<'END_OF_BODY'"].join(' \\\n  ')}\n${body}\nEND_OF_BODY`;
}

function windowsCurl(url: string, body: string): string {
  const start = [
    `curl.exe -sS ${cmdQuoted(url)}`,
    '-H "X-API-KEY: %OPTIPICK_API_KEY%"',
    '-H "Content-Type: application/json"',
  ].join(' ');
  // Arguments pass through the machine's old code page: escapes keep every character.
  const whole = `${start} --data-raw ${cmdQuoted(asciiJson(body))}`;
  if (whole.length <= LONGEST_LINE) return whole;
  return `rem the body is too long for one line: save what --dry-run prints as ${BODY_FILE} first\n${start} --data-binary @${BODY_FILE}`;
}

/**
 * One argument for a program started by `cmd.exe`: quotes and the backslashes before them are escaped as the C runtime
 * reads them, then every character that `cmd.exe` itself would act on gets a caret, also the quotes, so that it never
 * counts them.
 */
function cmdQuoted(text: string): string {
  const argument = `"${text.replaceAll(/(\\*)"/g, String.raw`$1$1\"`).replace(/\\+$/, '$&$&')}"`;
  return argument.replaceAll(/["&|<>^()%!]/g, '^$&');
}

function asciiJson(json: string): string {
  // Outside texts JSON is ASCII, so all that is found here stands inside one.
  return json.replaceAll(
    /[^\u0020-\u007e]/g,
    (unit) => String.raw`\u` + unit.charCodeAt(0).toString(16).padStart(4, '0'),
  );
}
