/** `optipick trigger --replay` of the built program: what `listen --record` kept is sent again, byte for byte. */
import { createHmac } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Webhook } from 'svix';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRandom } from '../../src/lib/seeded-random.ts';
import { SECRET, startListener } from '../support/listener.ts';
import { createWorkplace, type Workplace } from '../support/program.ts';
import { correct, type ServiceRequest, startService } from '../support/webhook-service.ts';

const env = { OPTIPICK_WEBHOOK_SECRET: SECRET };

let workplace: Workplace;
beforeEach(async () => {
  workplace = await createWorkplace();
});
afterEach(async () => {
  await workplace.remove();
});

interface Sent {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Signed over the bytes, which need not be text. */
function signed(id: string, body: Buffer, prefix = 'svix'): Sent {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const key = Buffer.from(SECRET.slice('whsec_'.length), 'base64');
  const mac = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64');
  const headers = {
    'content-type': 'application/json',
    [`${prefix}-id`]: id,
    [`${prefix}-timestamp`]: timestamp,
    [`${prefix}-signature`]: `v1,${mac}`,
  };
  return { headers, body };
}

/** JSON in which everything is odd that may be, and now and then bytes that are no text. */
function oddBody(next: () => number): Buffer {
  const below = (limit: number): number => Math.floor(next() * limit);
  const spaces = (): string => Array.from({ length: below(4) }, () => ' \t\r\n'[below(4)]).join('');
  const texts = ['"caf\u00e9"', String.raw`"\u00e9\/\ud83d\ude00"`, '"✓ \u2028 😀"', String.raw`"a\r\n\r\nb: c"`, '""'];
  const values = ['1.0', '1e-7', '-0', '12345678901234567890', 'null', '[ ]', '{\r\n\r\n}', ...texts];
  const members = Array.from({ length: 1 + below(8) }, (_, index) => {
    return `${spaces()}"k${below(1000)}_${index}"${spaces()}:${spaces()}${values[below(values.length)]}`;
  });
  const text = Buffer.from(`${['', '\r\n', '> ', '\ufeff'][below(4)]}{${members.join(',')}}${spaces()}`);
  if (below(4) > 0) return text;
  return Buffer.concat([text, Buffer.from(Array.from({ length: below(600) }, () => below(256)))]);
}

/** Sends each to a real listener that records, and returns the folder when all is on disk. */
async function record(sent: readonly Sent[], args: readonly string[] = []): Promise<string> {
  await using listener = await startListener(workplace, ['--no-fetch', '--record', 'kept', ...args]);
  for (const { headers, body } of sent) {
    await (await fetch(listener.url, { method: 'POST', headers, body: new Uint8Array(body) })).arrayBuffer();
  }
  listener.kill('SIGTERM');
  await listener.ended;
  return join(workplace.folder, 'kept');
}

const signatureOf = ({ headers }: Pick<ServiceRequest, 'headers'>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => /^(?:svix|webhook)-|^content-type$/.test(name)));

describe('a folder of recorded deliveries', () => {
  test('comes to the target byte for byte, in order, with the signatures it had: 100 of them', async () => {
    const random = createRandom(6);
    const sent = Array.from({ length: 100 }, (_, index) =>
      signed(
        `msg_${String(index).padStart(27, '0')}`,
        oddBody(() => random.next()),
      ),
    );
    await record(sent);
    await using service = await startService((_request, response) => void response.writeHead(204).end());
    const ended = await workplace.run(['trigger', '--replay', 'kept', '--to', service.url, '--json'], { env });
    expect({ code: ended.code, stderr: ended.stderr }).toMatchObject({ code: 0 });
    expect(service.seen.map(({ body }) => body.toString('latin1'))).toEqual(
      sent.map(({ body }) => body.toString('latin1')),
    );
    expect(service.seen.map(signatureOf)).toEqual(sent.map(({ headers }) => headers));
    const lines = ended.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ id }) => id)).toEqual(sent.map(({ headers }) => headers['svix-id']));
    expect(lines[0]).toMatchObject({ v: 1, type: 'result', status: 204, file: expect.stringMatching(/\.http$/) });
  });

  test('is taken by a listener, which knows the messages again', async () => {
    await record([signed('msg_1', Buffer.from('{"request_id":"r1"}')), signed('msg_2', Buffer.from('{"a":1.0}'))]);
    await using listener = await startListener(workplace, ['--no-fetch']);
    const ended = await workplace.run(['trigger', '--replay', 'kept', '--to', listener.url], { env });
    expect(ended.code).toBe(0);
    expect(ended.stderr).toMatch(/^2 sent, 2 accepted; /);
    for (const id of ['msg_1', 'msg_2'])
      await listener.line((line) => line['type'] === 'duplicate' && line['id'] === id);
  });

  test('has only its *.http files sent, by name, several at once when asked', async () => {
    const folder = await record([1, 2, 3, 4].map((number) => signed(`msg_${number}`, Buffer.from(`{"n":${number}}`))));
    await writeFile(join(folder, 'notes.txt'), 'not a record');
    await mkdir(join(folder, 'older.http'));
    let open = 0;
    const full = Promise.withResolvers<void>();
    await using service = await startService(async (_request, response) => {
      open += 1;
      if (open === 4) full.resolve();
      await full.promise;
      response.writeHead(204).end();
    });
    const args = ['trigger', '--replay', folder, '--concurrency', '4', '--to', service.url];
    expect((await workplace.run(args, { env: {} })).code).toBe(0);
    expect(service.seen.map(({ body }) => body.toString()).toSorted()).toEqual([
      '{"n":1}',
      '{"n":2}',
      '{"n":3}',
      '{"n":4}',
    ]);
  });

  test('with a file that is no record is refused as a whole', async () => {
    const folder = await record([signed('msg_1', Buffer.from('{}'))]);
    await writeFile(join(folder, 'z.http'), 'no request\r\n\r\n');
    await using service = await startService(correct(SECRET));
    const ended = await workplace.run(['trigger', '--replay', folder, '--to', service.url], { env });
    expect({ code: ended.code, seen: service.seen }).toEqual({ code: 2, seen: [] });
    expect(ended.stderr).toContain('z.http is not a recorded delivery');
  });

  test('without any is 2, and so is a path that leads nowhere', async () => {
    await mkdir(join(workplace.folder, 'empty'));
    for (const [path, code] of [
      ['empty', 'nothing_recorded'],
      ['missing', 'input_not_readable'],
    ] as const) {
      const args = ['trigger', '--replay', path, '--to', 'http://127.0.0.1:9/', '--json'];
      const ended = await workplace.run(args, { env });
      expect(ended.code).toBe(2);
      expect(JSON.parse(ended.stderr)).toMatchObject({ error: { code } });
    }
  });

  test('leaves out those whose body was not kept', async () => {
    const large = signed('msg_large', Buffer.alloc(3000, 0x20));
    const folder = await record([large, signed('msg_1', Buffer.from('{}'))], ['--max-body', '2kb']);
    await using service = await startService(correct(SECRET));
    const ended = await workplace.run(['trigger', '--replay', folder, '--to', service.url], { env });
    expect({ code: ended.code, ids: service.seen.map(({ headers }) => headers['svix-id']) }).toEqual({
      code: 0,
      ids: ['msg_1'],
    });
    expect(ended.stderr).toMatch(/^warning: .*msg_large\.http is left out/);
    const [file = ''] = await readdir(folder);
    const alone = await workplace.run(['trigger', '--replay', join(folder, file), '--to', service.url], { env });
    expect(alone.code).toBe(2);
  });
});

describe('one recorded delivery', () => {
  const BODY = Buffer.from('{ "request_id" : "r1",\r\n"a": 1.0 }\n');

  /** Recorded an hour ago, as far as its signature tells. */
  async function oldRecord(prefix = 'svix'): Promise<string> {
    const folder = await record([signed('msg_old', BODY, prefix)]);
    const [name = ''] = await readdir(folder);
    const file = join(folder, name);
    const text = (await readFile(file, 'latin1')).replace(/-timestamp: \d+/, '-timestamp: 1700000000');
    await writeFile(file, text, 'latin1');
    return file;
  }

  test('grows old, which the hint tells', async () => {
    const file = await oldRecord();
    await using service = await startService(correct(SECRET));
    const ended = await workplace.run(['trigger', '--replay', file, '--to', service.url], { env: {} });
    expect(ended.code).toBe(3);
    expect(ended.stderr).toContain('--re-sign');
    expect(service.seen[0]?.body).toEqual(BODY);
  });

  test.each(['svix', 'webhook'])('is signed anew under its id with --re-sign (%s-*)', async (prefix) => {
    const file = await oldRecord(prefix);
    await using service = await startService(correct(SECRET));
    const args = ['trigger', '--replay', file, '--re-sign', '--to', service.url];
    const ended = await workplace.run(args, { env });
    expect(ended.code).toBe(0);
    const [request] = service.seen;
    if (request === undefined) throw new Error('nothing came');
    expect(request.body).toEqual(BODY);
    expect(Object.keys(signatureOf(request)).toSorted()).toEqual(
      ['content-type', `${prefix}-id`, `${prefix}-signature`, `${prefix}-timestamp`].toSorted(),
    );
    expect(request.headers[`${prefix}-id`]).toBe('msg_old');
    expect(Object.keys(request.headers).filter((name) => name.startsWith('x-optipick'))).toEqual([]);
    new Webhook(SECRET).verify(request.body, request.headers as Record<string, string>);
    const none = await workplace.run(args, { env: {} });
    expect(none.code).toBe(4);
  });

  test('gives its body to --data', async () => {
    const file = await oldRecord();
    await using service = await startService(correct(SECRET));
    const ended = await workplace.run(['trigger', 'anything', '--data', `@${file}`, '--to', service.url], { env });
    expect({ code: ended.code, body: service.seen[0]?.body }).toEqual({ code: 0, body: BODY });
  });
});
