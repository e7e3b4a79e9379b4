/** What `trigger` shows on terminals of common widths. */
import { expect, test } from 'vitest';
import { displayWidth } from '../../../src/lib/text/display-width.ts';
import { bodyOf, headerOf, readBytes, TransportError, type Http } from '../../../src/lib/net/http.ts';
import { parseWebhookSecrets } from '../../../src/settings/secret.ts';
import { createVerifier } from '../../../src/webhooks/signature.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { SECRET } from '../../support/listener.ts';
import { run } from '../../support/run.ts';
import { COMMAND, expectScreen, WIDTHS } from '../../support/screens.ts';

const TO = ['--to', 'http://127.0.0.1:3000/hooks'];
const START = Date.parse('2026-01-02T03:04:05Z');
const verifier = createVerifier(parseWebhookSecrets(SECRET).secrets);

/** Reads `svix-*` alone, and checks as `verify` says: it gets what arrived, and gives the status. */
function receiver(judge: (isValid: boolean, body: string) => number, said = 'the signature does not match'): Http {
  return async ({ headers, body }) => {
    const bytes = await readBytes(body ?? null);
    const [id, timestamp, signature] = ['svix-id', 'svix-timestamp', 'svix-signature'].map((name) =>
      headerOf(headers, name),
    );
    const { ok } = verifier.verify({ id, timestamp, signature, body: bytes, nowMs: START });
    const status = judge(ok, new TextDecoder().decode(bytes));
    return {
      status,
      headers: { location: status === 302 ? '/login' : undefined },
      body: status < 300 ? null : bodyOf(said),
    };
  };
}

const correct = receiver((isValid) => (isValid ? 204 : 401));
const credulous = receiver(() => 204);
const reserializing = receiver((isValid, body) => (isValid && !body.includes('note') ? 204 : 401));
const redirecting = receiver((isValid) => (isValid ? 302 : 401));
const misconfigured = receiver(
  () => 401,
  '{"error":"invalid signature","documentation":"https://docs.example.com/webhooks/verifying-signatures"}',
);
const dead: Http = () =>
  Promise.reject(
    new TransportError('refused', 'nothing answers at 127.0.0.1:3000: connection refused', { sent: false }),
  );

const SEND = ['trigger', 'cluster.optimized', ...TO];
const SUITE = ['trigger', '--suite', ...TO];
const SCREENS: readonly (readonly [name: string, http: Http, runs: readonly (readonly string[])[]])[] = [
  [
    'ok',
    correct,
    [SEND, [...SEND, '--bad-signature'], [...SEND, '--stale', '--expect', '401'], [...SEND, '--repeat', '2']],
  ],
  ['failed', misconfigured, [SEND, [...SEND, '--repeat', '2'], [...SEND, '--expect', '204']]],
  [
    'not-rejected',
    credulous,
    [
      [...SEND, '--bad-signature'],
      [...SEND, '--future', '--repeat', '2'],
    ],
  ],
  ['redirected', redirecting, [SEND]],
  ['dead', dead, [SEND, SUITE]],
  [
    'usage',
    correct,
    [
      ['trigger', ...TO],
      [...SUITE, '--skip', 'webhook-header'],
      [...SEND, '--expect', 'rejected'],
    ],
  ],
  ['suite-verbose', correct, [[...SUITE, '--verbose']]],
  ['suite-ok', correct, [SUITE, [...SUITE, '--only', 'valid,stale']]],
  ['suite-failed', reserializing, [SUITE]],
  ['suite-framework', reserializing, [[...SUITE, '--framework', 'express']]],
  ['suite-no-verification', credulous, [SUITE]],
  ['suite-other-secret', misconfigured, [SUITE]],
  ['suite-redirect', redirecting, [SUITE]],
];

for (const columns of WIDTHS) {
  test.each(SCREENS)(`%s is as in its file on ${columns} columns, no line wider`, async (name, http, runs) => {
    const parts: string[] = [];
    for (const argv of runs) {
      const { code, stdout, stderr } = await run(argv, {
        env: { OPTIPICK_WEBHOOK_SECRET: SECRET, NO_COLOR: '1' },
        http,
        clock: createFakeClock({ start: START }),
        terminal: { stdout: true, stderr: true },
        columns,
      });
      parts.push(`$ optipick ${argv.join(' ')}\n`, stdout, stderr, `(exit ${code})\n\n`);
      const lines = `${stdout}${stderr}`.split('\n');
      expect(lines.filter((line) => displayWidth(line) > columns && !COMMAND.test(line))).toEqual([]);
    }
    await expectScreen(`trigger/${name}-${columns}`, parts.join(''));
  });
}
