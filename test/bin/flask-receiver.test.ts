/** The walk-through of the vendor's documentation, on the sandbox: its receiver needs no change but its three constants. */
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';

import { createTestFolder } from '../support/folder.ts';
import { createWorkplace } from '../support/program.ts';
import { startSandbox } from '../support/sandbox.ts';

const FIXTURE = join(import.meta.dirname, '../fixtures/flask');
const CLUSTER = { site_name: 'Example', picks: [{ pick_id: '1', order_id: 'A', location_id: 'A01' }] };

/** A package of the system is not seen by every Python that comes first in the path. */
async function pythonWithFlask(): Promise<string | undefined> {
  for (const python of ['python3', '/usr/bin/python3']) {
    const { exitCode } = await execa(python, ['-c', 'import flask, requests'], { reject: false });
    if (exitCode === 0) return python;
  }
  return undefined;
}
const python = await pythonWithFlask();

test.skipIf(python === undefined)(
  "N12: a receiver as the vendor's example has it verifies, fetches and prints the result (skipped where there is no python3-flask)",
  async () => {
    await using folder = await createTestFolder();
    const workplace = await createWorkplace();
    await using sandbox = await startSandbox(workplace, ['--latency', '20ms']);
    const { url, api_key: key, secret } = sandbox.ready;
    await cp(FIXTURE, folder.path, { recursive: true });
    const source = await readFile(folder.at('main.py'), 'utf8');
    const filled = source
      .replace('<WEBHOOK SIGNING SECRET>', secret)
      .replace('<API KEY>', key)
      .replace('https://optipick.api.optioryx.com/', `${url}/`);
    await writeFile(folder.at('main.py'), filled);

    const receiver = execa(python ?? '', ['-m', 'flask', '--app', 'main', 'run', '--port', '0'], {
      cwd: folder.path,
      env: { NO_PROXY: '127.0.0.1', PYTHONUNBUFFERED: '1' },
      reject: false,
      all: true,
      timeout: 50_000,
    });
    try {
      const lines = createInterface({ input: receiver.all })[Symbol.asyncIterator]();
      const lineWith = async (pattern: RegExp): Promise<RegExpExecArray> => {
        for (;;) {
          const { value, done } = await lines.next();
          if (done === true) throw new Error('the receiver has ended');
          const found = pattern.exec(value);
          if (found !== null) return found;
        }
      };
      const [, address] = await lineWith(/Running on (http:\/\/127\.0\.0\.1:\d+)/);
      await sandbox.call('POST', '/_sandbox/endpoints', { url: `${address}/webhook` });
      const id = await sandbox.submit('cluster', CLUSTER);
      const [, printed = ''] = await lineWith(/^(\[.*\])$/);
      const { body } = await sandbox.call('GET', `/optimize/cluster/${id}`);
      expect(JSON.parse(printed)).toEqual([id, body]);
      expect(body).toMatchObject({ type: 'CLUSTER', error: null });

      const forged = new Webhook(Buffer.alloc(24, 1).toString('base64'));
      const payload = JSON.stringify({ request_id: id });
      const now = new Date();
      const answer = await fetch(`${address}/webhook`, {
        method: 'POST',
        headers: {
          'svix-id': 'msg_1',
          'svix-timestamp': String(Math.floor(now.getTime() / 1000)),
          'svix-signature': forged.sign('msg_1', now, payload),
        },
        body: payload,
      });
      expect(answer.status).toBe(500);
    } finally {
      receiver.kill();
      await receiver;
      await workplace.remove();
    }
  },
);
