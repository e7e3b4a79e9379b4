/** What to change in a receiver, for the frameworks that most receivers use. */
import type { FixName } from './model.ts';

export const FRAMEWORKS = ['Express', 'Fastify', 'Flask', 'ASP.NET', 'Spring'] as const;

type Lines = Readonly<Record<(typeof FRAMEWORKS)[number], string>>;

interface Fix {
  readonly what: string;
  readonly lines?: Lines;
}

const RAW_BODY: Lines = {
  Express:
    "app.post('/webhook', express.raw({ type: '*/*' }), handler); // req.body is the bytes; before express.json()",
  Fastify: "app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_, body, done) => done(null, body));",
  Flask: 'payload = request.get_data()  # not request.json',
  'ASP.NET': 'using var bytes = new MemoryStream(); await Request.Body.CopyToAsync(bytes); // before any model binding',
  Spring:
    '@PostMapping("/webhook") ResponseEntity<Void> receive(@RequestBody byte[] body, @RequestHeader HttpHeaders headers)',
};

const SECRET_LINES: Lines = {
  Express: 'new Webhook(process.env.OPTIPICK_WEBHOOK_SECRET.trim())',
  Fastify: 'new Webhook(process.env.OPTIPICK_WEBHOOK_SECRET.trim())',
  Flask: 'Webhook(os.environ["OPTIPICK_WEBHOOK_SECRET"].strip())',
  'ASP.NET': 'new Webhook(Environment.GetEnvironmentVariable("OPTIPICK_WEBHOOK_SECRET")!.Trim())',
  Spring: 'new Webhook(System.getenv("OPTIPICK_WEBHOOK_SECRET").strip())',
};

const HEADER_LINES: Lines = {
  Express: 'webhook.verify(req.body, req.headers); // as Node has them: svix-id, svix-timestamp, svix-signature',
  Fastify: 'webhook.verify(request.body, request.headers);',
  Flask: 'webhook.verify(payload, request.headers)  # not request.environ, where they are HTTP_SVIX_ID',
  'ASP.NET': 'var headers = new WebHeaderCollection { ["svix-id"] = Request.Headers["svix-id"], /* the other two */ };',
  Spring:
    '@RequestHeader("svix-id") String id, @RequestHeader("svix-timestamp") String timestamp, @RequestHeader("svix-signature") String signature',
};

const PUBLIC_KEY_LINES: Lines = {
  Express: 'crypto.verify(null, Buffer.concat([Buffer.from(`${id}.${timestamp}.`), req.body]), publicKey, signature)',
  Fastify:
    'crypto.verify(null, Buffer.concat([Buffer.from(`${id}.${timestamp}.`), request.body]), publicKey, signature)',
  Flask:
    'Ed25519PublicKey.from_public_bytes(key).verify(signature, f"{id}.{timestamp}.".encode() + request.get_data())',
  'ASP.NET':
    'SignatureAlgorithm.Ed25519.Verify(publicKey, [..Encoding.UTF8.GetBytes($"{id}.{timestamp}."), ..body], signature) // NSec',
  Spring:
    'var check = Signature.getInstance("Ed25519"); check.initVerify(publicKey); check.update(signed); check.verify(signature);',
};

const CHECK_BODY =
  'Verify the bytes as they arrived, before anything parses them, and let no proxy before the receiver rewrite the body.';

const COPY_SECRET =
  'Copy the "Signing Secret" of the endpoint from Settings > Webhooks, and store it with: optipick config set webhook-secret -';

/** What cures a cause; with code only where code is the cure. */
const FIXES: Readonly<Record<FixName, Fix>> = {
  clock: {
    what: 'Set the clocks of both machines (NTP), and answer before the work is done so that deliveries do not wait. An old delivery that was stored verifies with --tolerance.',
  },
  clock_in_milliseconds: { what: 'Let the sender write svix-timestamp in seconds, and sign those.' },
  other_secret: {
    what: 'Use the secret of the endpoint that sends here, from Settings > Webhooks: each endpoint has its own.',
  },
  secret_malformed: {
    what: 'Store the secret as the web application shows it, whsec_ and what follows, with: optipick config set webhook-secret -',
  },
  secret_white_space: {
    what: 'Store the secret on one line without white space, or remove that where the secret is read.',
    lines: SECRET_LINES,
  },
  secret_incomplete: {
    what: 'Copy the whole secret again, from whsec_ to its last character, and store it with: optipick config set webhook-secret -',
  },
  secret_as_text: {
    what: 'Change the code that signs, so that its key is the bytes that the base64 after whsec_ stands for and not its characters. OptiPick signs with those bytes.',
  },
  secret_api_key: { what: COPY_SECRET },
  body_changed: { what: CHECK_BODY, lines: RAW_BODY },
  body_lost: { what: CHECK_BODY, lines: RAW_BODY },
  body_edges: {
    what: 'Verify the bytes as they arrived. Editors, shells and "echo" add newlines and byte order marks when a body is saved or pasted.',
    lines: RAW_BODY,
  },
  body_wrapped: {
    what: 'Take the body out of its wrapping, byte for byte, before it is verified, or verify it before it is wrapped.',
  },
  body_cut: {
    what: 'Read the body to its end, and raise the limit on its size in the receiver and in proxies before it.',
  },
  body_altered: {
    what: 'Find out what rewrites the content between sender and receiver, a proxy, a filter or an edit by hand.',
  },
  header_missing: {
    what: 'Let svix-id, svix-timestamp and svix-signature through every proxy; nginx drops names with "_". A request without them did not come from Svix.',
    lines: HEADER_LINES,
  },
  header_changed: {
    what: 'Hand the three headers to the verification as they arrived, neither renamed nor merged, cut off or decoded.',
    lines: HEADER_LINES,
  },
  other_message: {
    what: 'Keep the headers and the body of a request together, in variables of that request and not in shared state.',
  },
  asymmetric_only: {
    what: 'Verify with the public key of the endpoint (whpk_...), stored with: optipick config set webhook-secret -',
    lines: PUBLIC_KEY_LINES,
  },
  unknown: {
    what: 'Compare the secret with that of the endpoint under Settings > Webhooks. If it is right, record the next delivery with "optipick listen --record deliveries" and verify its file.',
  },
};

/** What to do, then a line for each framework where the code has to change. */
export function fixFor(name: FixName): string {
  const { what, lines } = FIXES[name];
  if (lines === undefined) return what;
  return [what, ...FRAMEWORKS.map((framework) => `${framework}: ${lines[framework]}`)].join('\n');
}
