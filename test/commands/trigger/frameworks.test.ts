/** `trigger --suite` names the framework that the answers show, and gives its code to machines. */
import { expect, test } from 'vitest';
import { bodyOf, readBytes, type Http } from '../../../src/lib/net/http.ts';
import { SNIPPETS } from '../../../src/webhooks/frameworks/snippets.ts';
import { SECRET } from '../../support/listener.ts';
import { run } from '../../support/run.ts';

const SUITE = ['trigger', '--suite', '--to', 'http://127.0.0.1:3000/hooks'];

const answering =
  (status: (body: string) => number, headers: Readonly<Record<string, string>> = {}): Http =>
  async ({ body }) => ({
    status: status(Buffer.from(await readBytes(body ?? null)).toString()),
    headers,
    body: bodyOf(''),
  });

const suite = (http: Http, ...args: readonly string[]) =>
  run([...SUITE, ...args], { env: { OPTIPICK_WEBHOOK_SECRET: SECRET }, http });

/** Like a receiver that verifies what it wrote again: only a body with odd white space fails. */
const reserializing = (body: string): number => (body.includes('note') ? 401 : 204);

test('the framework that Server or X-Powered-By names is the first of the three', async () => {
  const { stdout } = await suite(answering(reserializing, { 'x-powered-by': 'PHP/8.2.28' }), '--only', 'exact-body');
  expect(stdout).toContain(`
The bytes of the body, for exact-body:
  PHP      file_get_contents('php://input'), not $_POST
  Express  express.raw({ type: '*/*' }), not express.json()
  Flask    request.get_data(), not request.json
`);
});

test('--json has "fixes" only with --framework, and none where code is not the cure', async () => {
  const plain = await suite(answering(reserializing), '--json');
  expect(JSON.parse(plain.stdout)).not.toHaveProperty('fixes');
  const withCode = await suite(answering(reserializing), '--json', '--framework', 'go');
  expect(JSON.parse(withCode.stdout)).toMatchObject({ fixes: [{ framework: 'go', code: SNIPPETS.go }] });
  const misplaced = await suite(
    answering(() => 404),
    '--json',
    '--framework',
    'all',
  );
  expect(JSON.parse(misplaced.stdout)).toMatchObject({ passed: false, fixes: [] });
});

test('--format md has the code below its table, and none where code is not the cure', async () => {
  const args = ['--only', 'exact-body', '--format', 'md', '--framework', 'go'];
  const { stdout } = await suite(answering(reserializing), ...args);
  expect(stdout).toContain(`\n\nCode for Go that passes exact-body:\n\n\`\`\`\n${SNIPPETS.go}\n\`\`\`\n`);
  const misplaced = await suite(
    answering(() => 404),
    ...args,
  );
  expect(misplaced.stdout).not.toContain('```');
  expect(Object.values(SNIPPETS).join('\n')).not.toContain('```');
});

test('an unknown framework is exit 2', async () => {
  const { code, stderr } = await suite(
    answering(() => 204),
    '--framework',
    'fastpi',
  );
  expect(code).toBe(2);
  expect(stderr).toContain('error: there is no code for a framework "fastpi", did you mean "fastapi"?\n');
});

test('--framework belongs to --suite', async () => {
  const { code, stderr } = await run(['trigger', 'e', '--to', 'http://127.0.0.1:3000/hooks', '--framework', 'go'], {
    env: { OPTIPICK_WEBHOOK_SECRET: SECRET },
  });
  expect([code, stderr]).toEqual([2, expect.stringContaining('error: --framework belongs to --suite\n')]);
});
