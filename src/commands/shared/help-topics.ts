/** The texts of `optipick help <topic>`. */
export interface HelpTopic {
  readonly name: string;
  readonly text: string;
}

const EXIT_CODE_TOPIC = `Exit codes

  0    ok           the result was delivered, or what was waited for arrived
  1    internal     a bug in optipick; nothing foreseen ends like this
  2    usage        unknown flag or command, bad value, unreadable or invalid input
  3    failed       the optimization itself failed; an audit, a gate or a check of
                    --suite did not pass; a replay was not accepted
  4    auth         no API key, or it was rejected (401, 402, 403)
  5    refused      the API refused: 400, 404, 409, 422, other 4xx; or a web page
                    arrived in place of its answers
  6    unavailable  network, TLS, 429 or 5xx after all retries: try again
                    (not after answer_too_large: the same answer would be as large)
  7    environment  port in use, config corrupt, file or state not writable
  8    pending      not finished yet: --once, or --timeout passed: try again later
  9    signature    a signature did not verify
  130  interrupted  stopped by SIGINT (Ctrl-C), after cleaning up
  143  terminated   stopped by SIGTERM, after cleaning up

Only after 6 and 8 can the same command succeed with nothing changed.
With several ids the worst decides, by 1 > 7 > 4 > 2 > 5 > 3 > 6 > 8 > 0.`;

const ENVIRONMENT_TOPIC = `Environment

A value given on the command line always wins: flag > environment > profile in the
config file > default. An empty variable counts as unset. "optipick config list" says
where each value comes from.

  OPTIPICK_API_KEY         API key
  OPTIPICK_WEBHOOK_SECRET  webhook signing secret; several, separated by spaces, while rotating
  OPTIPICK_BASE_URL        API to talk to; default https://optipick.api.optioryx.com
  OPTIPICK_PROFILE         stored profile to use (default "default")
  OPTIPICK_CONFIG_DIR      folder of config.json
                           (default $XDG_CONFIG_HOME/optipick, ~/.config/optipick, %APPDATA%\\optipick)
  OPTIPICK_STATE_DIR       folder of what was submitted and received
                           (default $XDG_STATE_HOME/optipick, ~/.local/state/optipick, %LOCALAPPDATA%\\optipick)
  OPTIPICK_STATE_URL       address of a state that many machines share, in PostgreSQL: postgres://user@host/db
                           (parameters sslmode, sslrootcert, schema, listen, migrate); then the folder is not used
  OPTIPICK_STATE_URL_FILE  a file that holds this address, such as a mounted secret
  OPTIPICK_RELAY_URL       relay of "listen --relay" (default that of Svix, wss://api.relay.svix.com)
  OPTIPICK_DEBUG           as --debug

Honored as everywhere: NO_COLOR, FORCE_COLOR, CI, HTTPS_PROXY, HTTP_PROXY, NO_PROXY,
NODE_EXTRA_CA_CERTS, XDG_CONFIG_HOME, XDG_STATE_HOME, PGPASSWORD, PGPASSFILE. What is on this machine (localhost,
*.localhost, 127.0.0.0/8, ::1) is never reached through a proxy.

optipick sends no telemetry and talks to the base URL only; to others when it is told to
(listen --relay, --forward-to, trigger --to, OPTIPICK_STATE_URL).`;

const OUTPUT_TOPIC = `Output

stdout carries the result and nothing else. Progress, hints, warnings, questions and
errors go to stderr; --quiet leaves stderr empty when all goes well.

On a terminal the result is a table. In a pipe it is the same text without color,
its lines uncut; long lists end in a count (--all shows them). --json prints the API's own answer, unknown fields and large numbers included;
commands that show several things print one JSON object a line, each with "v":1 and a
"type".

-o, --output <file> writes to a temporary file beside it and renames it: the file is
whole or not there. The extension tells the format, --format wins:

  .txt   table  what a terminal shows, uncut and without color
  .json  json   the API's own answer
  .csv   csv    a row for each pick, with its cluster and place; your own columns kept
  .md    md     a report for a pull request
  .html  html   a report with figures, bars and, where it is known, the floor plan

Each error with --json is one line on stderr:
  {"error":{"code":"job_failed","message":"...","exitCode":3,"requestId":"...",
  "retryable":false,"hint":"..."}}
"code" is a stable word, "api_code" what the API calls the error, where it says so, and "details" lists single faults with
their JSON path.`;

/** As in `webhook/svix-addresses.ts`, which a listener checks by. */
const SVIX_SOURCES = `  us       44.228.126.217, 50.112.21.217, 52.24.126.164, 54.148.139.208,
           2600:1f24:64:8000::/56
  us-east  54.164.207.221, 54.90.7.123, 2600:1f28:37:4000::/56
  eu       52.215.16.239, 54.216.8.72, 63.33.109.123, 2a05:d028:17:8000::/56
  au       13.239.204.236, 54.66.246.217, 54.252.65.96, 2406:da2c:13:4000::/56
  ca       52.60.44.49, 3.98.68.230, 3.96.105.27, 2600:1f21:1c:4000::/56`;

const WEBHOOKS_TOPIC = `Webhooks

When an asynchronous request is finished, Optioryx sends a small signed message to every
endpoint registered in the web application (Settings > Webhooks). It carries the id of
the finished request, not the result: fetch that with "optipick poll <id>".

  event types   route.optimized, cluster.optimized: any operational warehouse;
                route.optimized.{site name}.{user id}, and the same for cluster
  payload       {"request_id":"67507ad05e593173d0313e0f"}
  headers       svix-id (the same on every retry), svix-timestamp, svix-signature
  signature     HMAC-SHA256 over "{svix-id}.{svix-timestamp}.{raw body}" with the
                endpoint's own secret (whsec_...). It covers the bytes as sent:
                a body that was parsed and serialized again does not verify.
  accepted      any 2xx within 15 seconds; redirects count as failure
  retries       at once, then 5 s, 5 min, 30 min, 2 h, 5 h, 10 h and 10 h later
  disabled      an endpoint whose every attempt failed for 5 days is switched off and
                must be enabled again by hand
  recovery      the dashboard can resend one message or recover all failed since a date;
                they have the same svix-id, so a receiver must recognize duplicates

A secret belongs to one endpoint. An API key is not a webhook secret.
Try it without an account: "optipick demo". Try an endpoint of your own: "optipick
trigger --suite --to <url>".

"optipick listen" is such an endpoint on this machine. Give the web application the
public address of it (your proxy or tunnel in front of port 5000) and the path /webhook,
and give listen the secret that the application shows then.

  answers       204 stored, or stored before; 400, 401 not signed as it must be;
                403 not from --allow-from; 404, 405, 413, 415 another kind of request;
                503 the inbox cannot be written: the sender retries
  no address    "optipick listen --relay" receives through the relay of Svix and prints an
                address for the web application; a third party sees what passes
  afterwards    fetch the result, show it, forward it, run a command; repeated when it
                fails, first after about 2 s, stopped after 12 attempts in 70 minutes
                ("optipick events replay --failed"). Kept for 30 days.
  missed        what no webhook brought: "optipick events sync"

Svix, which sends for Optioryx, promises these source addresses to customers of some of
its plans (for a firewall, or --allow-from svix, svix-us, svix-eu):
${SVIX_SOURCES}`;

export const HELP_TOPICS: readonly HelpTopic[] = [
  { name: 'exit-codes', text: EXIT_CODE_TOPIC },
  { name: 'environment', text: ENVIRONMENT_TOPIC },
  { name: 'output', text: OUTPUT_TOPIC },
  { name: 'webhooks', text: WEBHOOKS_TOPIC },
];

/** Topics whose text `help` makes from the tables that readers and validators use. */
export const FIELD_TOPICS = [
  { name: 'request', title: 'Fields of a request' },
  { name: 'csv', title: 'Columns of a table' },
] as const;

export type FieldTopic = (typeof FIELD_TOPICS)[number]['name'];

/** All of them, as they are listed. */
export const TOPIC_NAMES: readonly string[] = [...HELP_TOPICS, ...FIELD_TOPICS].map(({ name }) => name);
