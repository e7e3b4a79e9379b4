/** What to do about each cause: the one place where these texts are. */
import type { FixName } from './model.ts';

interface Fix {
  readonly what: string;
  /** A receiver that verifies the bytes as they arrived is the cure. Default false. */
  readonly byCode?: true;
}

const CHECK_BODY =
  'verify the bytes as they arrived, before anything parses them, and let no proxy before the receiver rewrite the body';

const COPY_SECRET =
  'copy the "Signing Secret" of the endpoint from Settings > Webhooks, and store it with: optipick config set webhook-secret -';

const FIXES: Readonly<Record<FixName, Fix>> = {
  clock: {
    what: 'set the clocks of both machines (NTP), and answer before the work is done so that deliveries do not wait; an old delivery that was stored verifies with --tolerance',
  },
  clock_in_milliseconds: { what: 'let the sender write svix-timestamp in seconds, and sign those' },
  other_secret: {
    what: 'use the secret of the endpoint that sends here, from Settings > Webhooks: each endpoint has its own',
  },
  secret_malformed: {
    what: 'store the secret as the web application shows it, whsec_ and what follows, with: optipick config set webhook-secret -',
  },
  secret_white_space: {
    what: 'store the secret on one line without white space, or remove that where the secret is read',
  },
  secret_incomplete: {
    what: 'copy the whole secret again, from whsec_ to its last character, and store it with: optipick config set webhook-secret -',
  },
  secret_as_text: {
    what: 'change the code that signs, so that its key is the bytes that the base64 after whsec_ stands for and not its characters; OptiPick signs with those bytes',
  },
  secret_api_key: { what: COPY_SECRET },
  body_changed: { what: CHECK_BODY, byCode: true },
  body_lost: { what: CHECK_BODY, byCode: true },
  body_edges: {
    what: 'verify the bytes as they arrived; editors, shells and "echo" add newlines and byte order marks when a body is saved or pasted',
    byCode: true,
  },
  body_wrapped: {
    what: 'take the body out of its wrapping, byte for byte, before it is verified, or verify it before it is wrapped',
  },
  body_cut: {
    what: 'read the body to its end, and raise the limit on its size in the receiver and in proxies before it',
  },
  body_altered: {
    what: 'find out what rewrites the content between sender and receiver, a proxy, a filter or an edit by hand',
  },
  header_missing: {
    what: 'let svix-id, svix-timestamp and svix-signature through every proxy; nginx drops names with "_"; a request without them did not come from Svix',
  },
  header_changed: {
    what: 'hand the three headers to the verification as they arrived, neither renamed nor merged, cut off or decoded',
  },
  other_message: {
    what: 'keep the headers and the body of a request together, in variables of that request and not in shared state',
  },
  asymmetric_only: {
    what: 'verify with the public key of the endpoint (whpk_...): the signature is of Ed25519, over svix-id, svix-timestamp and body with dots between; to check it here, store the key with: optipick config set webhook-secret -',
  },
  unknown: {
    what: 'compare the secret with that of the endpoint under Settings > Webhooks; if it is right, record the next delivery with "optipick listen --record deliveries" and verify its file',
  },
};

export function fixFor(name: FixName): { readonly fix: string; readonly curedByCode: boolean } {
  const { what, byCode = false } = FIXES[name];
  return { fix: what, curedByCode: byCode };
}
