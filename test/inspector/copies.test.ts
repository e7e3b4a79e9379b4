/** What is copied from the inspector, run by a real shell. Skipped where there is no curl. */
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { curlOf } from '../../src/inspector/copies.ts';
import type { HeaderLine } from '../../src/state/delivery.ts';
import { startReceiver } from '../support/receiver.ts';

const hasCurl = (await execa('curl', ['--version'], { reject: false })).exitCode === 0;
const HEADERS: readonly HeaderLine[] = [
  ['content-type', 'application/json; charset=utf-8'],
  ['user-agent', 'Svix-Webhooks/1.0 (it\'s "quoted" $HOME `id`)'],
  ['svix-id', 'msg_1'],
  ['svix-timestamp', '1767225600'],
  ['svix-signature', 'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4= v1,other'],
];
const ANY_BYTES = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

/** What a receiver gets from the command, in the order of names. */
async function sent(headers: readonly HeaderLine[], body: Uint8Array) {
  await using receiver = await startReceiver();
  const command = curlOf({ headers, body });
  expect(command).toContain('http://127.0.0.1:3000/hooks');
  const here = command.replace('http://127.0.0.1:3000/hooks', receiver.url);
  const { exitCode, stdout, stderr } = await execa('sh', { input: here, reject: false });
  expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 0, stdout: '', stderr: '' });
  const received = await receiver.next();
  // Those of curl's own connection.
  const { host: _host, accept: _accept, expect: _expect, 'content-length': _length, ...rest } = received.headers;
  return { headers: rest, body: received.body };
}

test.skipIf(!hasCurl).each<[string, Uint8Array]>([
  ['JSON', Buffer.from('{"request_id":"67507ad05e593173d0313e0f"}')],
  ['quotes, signs of the shell and line ends', Buffer.from(`{"a":"it's \\"b\\" $HOME \`id\` \\\\ !"}\r\n\n'\n`)],
  ['letters of the world', Buffer.from('{"a":"é 木 🏭 \u2028"}')],
  ['a text that begins like a file of curl', Buffer.from('@/etc/hostname')],
  ['a text that begins like an option', Buffer.from('-d %s')],
  ['no bytes', new Uint8Array(0)],
  ['every byte', ANY_BYTES],
  ['a text with a NUL', Buffer.from('a\0b')],
  ['more text than fits an argument', Buffer.from(`{"a":"${"it's 木\n".repeat(20_000)}"}`)],
  ['more bytes than fit an argument', Buffer.concat(Array.from({ length: 800 }, () => ANY_BYTES))],
])(
  'a delivery copied as curl is sent by sh with the same headers and bytes: %s (skipped without curl)',
  async (_, body) => {
    const received = await sent(HEADERS, body);
    expect(received.headers).toEqual(Object.fromEntries(HEADERS));
    expect(received.body.equals(body)).toBe(true);
  },
);

test.skipIf(!hasCurl)('a copied curl command adds no content type of its own (skipped without curl)', async () => {
  const { headers, body } = await sent([['svix-id', 'msg_1']], Buffer.from('{"a":1}'));
  expect(headers).toEqual({ 'svix-id': 'msg_1', 'user-agent': expect.stringMatching(/^curl\//) });
  expect(body.toString()).toBe('{"a":1}');
});

test('a copied curl command has no header that may hold a secret', () => {
  const command = curlOf({
    headers: [...HEADERS, ['authorization', 'Bearer s3cr3t'], ['x-svix-id', 's3cr3t']],
    body: ANY_BYTES,
  });
  expect(command).not.toContain('s3cr3t');
});
