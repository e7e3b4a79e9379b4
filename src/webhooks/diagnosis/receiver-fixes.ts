/** What to change in a receiver, for the frameworks that most receivers use. */
import type { Cause } from './model.ts';

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
  Flask: 'payload = request.get_data()  # not request.json, nor get_data(as_text=True) written again',
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

const ANSWER_FIRST: Lines = {
  Express:
    'webhook.verify(req.body, req.headers); res.sendStatus(204); queue.push(req.body); // verify at once, work later',
  Fastify: 'webhook.verify(request.body, request.headers); queue.push(request.body); return reply.code(204).send();',
  Flask: 'webhook.verify(payload, request.headers); queue.put(payload); return "", 204  # verify at once, work later',
  'ASP.NET': 'webhook.Verify(payload, headers); queue.Enqueue(payload); return Results.NoContent();',
  Spring: 'webhook.verify(payload, headers); queue.add(payload); return ResponseEntity.noContent().build();',
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

const FIXES: Readonly<Record<Cause, Fix>> = {
  clock: {
    what: 'Set the clock of the receiving machine (NTP), and answer before the work is done so that no delivery waits in a queue before it is verified. An old delivery that was kept verifies with --tolerance.',
    lines: ANSWER_FIRST,
  },
  other_secret: {
    what: 'Each endpoint has a secret of its own: use the "Signing Secret" of the endpoint that sends here, from Settings > Webhooks.',
    lines: SECRET_LINES,
  },
  secret_malformed: {
    what: 'Store the secret as the web application shows it, whsec_ and what follows, with nothing around it: optipick config set webhook-secret -',
    lines: SECRET_LINES,
  },
  body_changed: {
    what: 'Verify the bytes as they came, before anything parses them; no proxy before the receiver may rewrite the body.',
    lines: RAW_BODY,
  },
  header_missing: {
    what: 'Let the three headers through: svix-id, svix-timestamp and svix-signature. A proxy may drop what it does not know, nginx for one drops names with "_". A request without them did not come from Svix.',
    lines: HEADER_LINES,
  },
  header_changed: {
    what: 'Hand the three headers to the verification as they came: names, values, nothing merged, cut or decoded.',
    lines: HEADER_LINES,
  },
  other_message: {
    what: 'Headers and body of two messages were mixed: keep each request in variables of its own, not in shared state.',
    lines: HEADER_LINES,
  },
  asymmetric_only: {
    what: 'The endpoint signs with a key pair: verify with its public key (whpk_...), optipick config set webhook-secret -, or have the endpoint changed to a symmetric secret (whsec_...).',
    lines: PUBLIC_KEY_LINES,
  },
  unknown: {
    what: 'Compare the secret with the one of this endpoint under Settings > Webhooks, and keep the next delivery as it comes: optipick listen --record <folder>, then optipick verify <file>.',
  },
};

/** What to do, then a line for each framework where the code has to change. */
export function fixFor(cause: Cause): string {
  const { what, lines } = FIXES[cause];
  if (lines === undefined) return what;
  return [what, ...FRAMEWORKS.map((name) => `${name}: ${lines[name]}`)].join('\n');
}
