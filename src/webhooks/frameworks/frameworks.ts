/** The frameworks for which there is code that verifies webhooks over the bytes of the body. */

interface Facts {
  readonly label: string;
  /** The one thing that gives the body as it arrived. */
  readonly line: string;
}

export const FRAMEWORKS = {
  express: { label: 'Express', line: "app.post('/webhook', express.raw({ type: '*/*' }), handler)" },
  fastify: { label: 'Fastify', line: "addContentTypeParser('*', { parseAs: 'buffer' }, async (_, body) => body)" },
  flask: { label: 'Flask', line: 'request.get_data(), not request.json' },
  fastapi: { label: 'FastAPI', line: 'await request.body(), not a model as parameter' },
  django: { label: 'Django', line: 'request.body, not request.POST' },
  aspnet: { label: 'ASP.NET', line: 'await Request.Body.CopyToAsync(bytes), not [FromBody]' },
  spring: { label: 'Spring', line: '@RequestBody byte[] body, not a class' },
  php: { label: 'PHP', line: "file_get_contents('php://input'), not $_POST" },
  go: { label: 'Go', line: 'io.ReadAll(r.Body), not json.NewDecoder(r.Body)' },
  rails: { label: 'Rails', line: 'request.raw_post, not params' },
} as const satisfies Readonly<Record<string, Facts>>;

export type Framework = keyof typeof FRAMEWORKS;
