/** The commands of the README, run as they stand there, against a sandbox of the built program. */
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { createWorkplace, PROGRAM } from '../support/program.ts';
import { runShellBlock } from '../support/shell-block.ts';

const README = await readFile(join(import.meta.dirname, '../../README.md'), 'utf8');

/** Blocks marked `sh` are promised to run; the first two are the commands for a fresh clone. */
function blocks(language: string): readonly string[] {
  return [...README.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
    .filter((match) => match[1] === language)
    .map((match) => match[2] ?? '');
}

test('the first block runs the demo, the second the tests', () => {
  expect(blocks('sh').slice(0, 2)).toEqual(['npm ci && npx optipick demo\n', 'npm ci && npm test\n']);
});

test.skipIf(process.platform === 'win32')(
  'every other sh block ends with exit 0 against a sandbox',
  async () => {
    const workplace = await createWorkplace();
    const sandbox = workplace.start(['sandbox', '--port', '0', '--json', '--latency', '50ms'], {
      timeoutMs: 110_000,
    });
    try {
      const ready = await firstLine(sandbox.stdout as Readable);
      const { url, api_key: key } = JSON.parse(ready) as { url: string; api_key: string };
      const shim = join(workplace.folder, 'optipick');
      await writeFile(shim, `#!/bin/sh\nexec "${process.execPath}" "${PROGRAM}" "$@"\n`);
      await chmod(shim, 0o755);
      await writeFile(join(workplace.folder, 'wave.json'), blocks('json')[0] ?? '');
      const env = {
        ...workplace.env,
        PATH: `${workplace.folder}${delimiter}${process.env['PATH'] ?? ''}`,
        OPTIPICK_BASE_URL: url,
        OPTIPICK_API_KEY: key,
        MY_API_KEY: key,
      };
      for (const block of blocks('sh').slice(2)) {
        await runShellBlock(block, { folder: workplace.folder, env });
      }
      const answer = JSON.parse(await readFile(join(workplace.folder, 'answer.json'), 'utf8')) as { type: string };
      expect(answer.type).toBe('CLUSTER');
    } finally {
      sandbox.kill('SIGTERM');
      await sandbox;
      await workplace.remove();
    }
  },
  120_000,
);

async function firstLine(stream: Readable): Promise<string> {
  for await (const line of createInterface({ input: stream })) return line;
  throw new Error('the sandbox ended without a word');
}
