/** The frameworks for which there is code that verifies webhooks over the bytes of the body. Light: help and flags need it. */
import { CliError } from '../../errors.ts';
import { nearestWord } from '../../lib/text/did-you-mean.ts';

interface Facts {
  readonly label: string;
  /** What gives the body as it arrived, in at most 49 columns: with its label it fits 60. */
  readonly line: string;
}

export const FRAMEWORKS = {
  express: { label: 'Express', line: "express.raw({ type: '*/*' }), not express.json()" },
  fastify: { label: 'Fastify', line: "{ parseAs: 'buffer' } in addContentTypeParser" },
  flask: { label: 'Flask', line: 'request.get_data(), not request.json' },
  fastapi: { label: 'FastAPI', line: 'await request.body(), not a model as parameter' },
  django: { label: 'Django', line: 'request.body, not request.POST' },
  aspnet: { label: 'ASP.NET', line: 'Request.Body.CopyToAsync(bytes), not [FromBody]' },
  spring: { label: 'Spring', line: '@RequestBody byte[] body, not a class' },
  php: { label: 'PHP', line: "file_get_contents('php://input'), not $_POST" },
  go: { label: 'Go', line: 'io.ReadAll(r.Body), not json.NewDecoder(r.Body)' },
  rails: { label: 'Rails', line: 'request.raw_post, not params' },
} as const satisfies Readonly<Record<string, Facts>>;

export type Framework = keyof typeof FRAMEWORKS;

export const FRAMEWORK_NAMES = Object.keys(FRAMEWORKS) as readonly Framework[];

/** The value of `--framework`: one, or `all`. Throws `CliError` `usage` with the nearest name for any other. */
export function parseFrameworks(text: string): readonly Framework[] {
  if (text === 'all') return FRAMEWORK_NAMES;
  const found = FRAMEWORK_NAMES.find((name) => name === text);
  if (found !== undefined) return [found];
  const meant = nearestWord(text, [...FRAMEWORK_NAMES, 'all']);
  const question = meant === undefined ? '' : `, did you mean "${meant}"?`;
  throw new CliError('usage', `there is no code for a framework "${text}"${question}`, {
    code: 'unknown_framework',
    hint: `the frameworks are ${FRAMEWORK_NAMES.join(', ')}; all is all of them`,
  });
}
