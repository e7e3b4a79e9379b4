import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { sourceUrl, startChild } from '../../support/child.ts';

const HOST = `
  import { createRealHost } from ${JSON.stringify(sourceUrl('src/platform/real-host.ts'))};
  const host = createRealHost();
`;

/** Runs code in a shell pipeline, where pipes are real ones. */
function inShell(pipeline: string, code: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn('sh', ['-c', pipeline], {
      env: { PATH: process.env['PATH'], NODE: process.execPath, CODE: code },
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.once('error', reject);
    child.once('close', (exit) => resolve({ code: exit, stdout, stderr }));
  });
}

const RUN = '"$NODE" --input-type=module --eval "$CODE"';

describe.runIf(process.platform !== 'win32')('stdout', () => {
  const line = 'x'.repeat(99);
  const whole = `${line}\n`.repeat(50_000);
  const hash = createHash('sha256').update(whole).digest('hex');

  test('arrives whole through a slow pipe, though the process exits at once', async () => {
    const code = `${HOST}
      await host.stdout.write('${line}\\n'.repeat(50_000));
      process.exit(3);
    `;
    const slowly = `{ ${RUN}; echo "exit $?" >&2; } | { head -c 1000; sleep 0.5; cat; } | sha256sum`;
    expect(await inShell(slowly, code)).toEqual({ code: 0, stdout: `${hash}  -\n`, stderr: 'exit 3\n' });
  });

  test('arrives whole and in order when many write without waiting', async () => {
    const code = `${HOST}
      await Promise.all(Array.from({ length: 1000 }, (_, number) => host.stdout.write(number + '\\n')));
    `;
    const numbers = Array.from({ length: 1000 }, (_, number) => `${number}\n`).join('');
    expect(await inShell(`${RUN} | cat`, code)).toEqual({ code: 0, stdout: numbers, stderr: '' });
  });

  test('whose reader is gone tells so, every time, and does not end the process', async () => {
    const code = `${HOST}
      const names = [];
      for (let round = 0; round < 100_000 && names.length < 3; round += 1) {
        await host.stdout.write('${line}\\n').catch((error) => names.push(error.name));
      }
      await host.stderr.write(names.join() + '\\n');
    `;
    expect(await inShell(`${RUN} | head -1`, code)).toEqual({
      code: 0,
      stdout: `${line}\n`,
      stderr: 'ClosedPipeError,ClosedPipeError,ClosedPipeError\n',
    });
  });

  test.runIf(process.platform === 'linux')('on a full disk is a failure of the environment', async () => {
    const code = `${HOST}
      await host.stdout.write('x').catch((error) => host.stderr.write([error.failure, error.code, error.hint].join()));
    `;
    expect(await inShell(`${RUN} > /dev/full`, code)).toEqual({
      code: 0,
      stdout: '',
      stderr: 'environment,output_failed,the disk is full',
    });
  });

  test('is no terminal when it is a pipe', async () => {
    const code = `${HOST} await host.stdout.write(JSON.stringify([host.stdout.isTTY, host.stdout.columns ?? null]));`;
    expect((await inShell(`${RUN} | cat`, code)).stdout).toBe('[false,null]');
  });
});

describe('stdin', () => {
  const READ = `${HOST}
    const chunks = [];
    for await (const chunk of host.stdin.bytes()) chunks.push(chunk);
    await host.stdout.write(Buffer.concat(chunks));
  `;

  test('comes as its bytes', async () => {
    const child = startChild(READ);
    child.process.stdin?.end(Buffer.from('äöü'));
    expect(await child.ended).toEqual({ code: 0, signal: null, stdout: 'äöü', stderr: '' });
  });

  test('is read once', async () => {
    const child = startChild(
      `${READ}
      for await (const chunk of host.stdin.bytes()) throw chunk;
    `.replace(
        'for await (const chunk of host.stdin.bytes()) throw chunk;',
        `
      await host.stdin.bytes()[Symbol.asyncIterator]().next().catch((error) => host.stdout.write(' ' + error.code));
    `,
      ),
    );
    child.process.stdin?.end('once');
    expect((await child.ended).stdout).toBe('once stdin_taken');
  });

  test('that is left unread does not hold the process', async () => {
    const child = startChild(`${HOST} await host.stdout.write(String(host.stdin.isTTY));`);
    expect(await child.ended).toMatchObject({ code: 0, stdout: 'false' });
  });

  test.runIf(process.platform === 'linux')('that cannot be read is the fault of who gave it', async () => {
    const code = `${READ.replace('const chunks', 'try { const chunks')}
      } catch (error) { await host.stdout.write(error.failure + ' ' + error.code); }`;
    expect((await inShell(`file=$(mktemp); ${RUN} 0> "$file"; rm "$file"`, code)).stdout).toBe(
      'usage stdin_unreadable',
    );
  });
});
