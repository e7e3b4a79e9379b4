/** Named pipes between real processes. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { readBytes } from '../../../src/lib/net/http.ts';
import { main } from '../../../src/app/main.ts';
import { createFiles } from '../../../src/platform/fs/files.ts';
import { createFakeHost } from '../../support/fake-host.ts';
import { createTestFolder, type TestFolder } from '../../support/folder.ts';

/** Long for whoever is waited for, and short when the wait is what is tested. */
const patient = createFiles();
const hasty = createFiles(process.platform, 1000);

async function createPipe(): Promise<TestFolder & { readonly pipe: string }> {
  const folder = await createTestFolder();
  await promisify(execFile)('mkfifo', [folder.at('pipe')]);
  return { ...folder, pipe: folder.at('pipe') };
}

/** `$0` is the pipe. */
function shell(command: string, pipe: string): ChildProcess & { readonly text: Promise<string> } {
  const child = spawn('sh', ['-c', command, pipe], { stdio: ['ignore', 'pipe', 'inherit'] });
  return Object.assign(child, { text: readBytes(child.stdout).then((bytes) => Buffer.from(bytes).toString()) });
}

describe.skipIf(process.platform === 'win32')('a named pipe that is read', () => {
  test.each([
    ['at once', 'printf hello > "$0"', 'hello'],
    ['in pieces', '{ printf hel; sleep 0.2; printf lo; } > "$0"', 'hello'],
    ['by one that starts later', 'sleep 0.3; printf hello > "$0"', 'hello'],
    ['by one that takes longer than a writer is waited for', '{ sleep 1.5; printf hello; } > "$0"', 'hello'],
    ['by one that has nothing to say', ': > "$0"', ''],
  ])('A19: gives what is written %s', async (_, command, content) => {
    await using folder = await createPipe();
    shell(command, folder.pipe);
    const files = command.includes('1.5') ? hasty : patient;
    expect(Buffer.from(await files.read(folder.pipe)).toString()).toBe(content);
  });

  test('A19: gives millions of bytes whole', async () => {
    await using folder = await createPipe();
    shell('head -c 5000000 /dev/zero > "$0"', folder.pipe);
    expect((await readBytes(patient.stream(folder.pipe))).length).toBe(5_000_000);
  });

  test('A19: fails when nobody writes to it', async () => {
    await using folder = await createPipe();
    await expect(hasty.read(folder.pipe)).rejects.toMatchObject({
      failure: 'environment',
      code: 'pipe_unattended',
      message: `nobody writes to the named pipe ${folder.pipe} (waited 1 s)`,
      hint: 'start the program at its other end first, or name a regular file',
    });
  });
});

describe.skipIf(process.platform === 'win32')('a named pipe that nobody writes to', () => {
  test.each([
    ['an input', ['route', 'submit', 'PIPE', '--dry-run']],
    ['a key', ['route', 'get', '67507ad05e593173d0313e0f', '--api-key-file', 'PIPE']],
    ['a secret', ['trigger', 'cluster.optimized', '--to', 'http://127.0.0.1:9', '--secret-file', 'PIPE']],
    ['a delivery', ['verify', 'PIPE']],
  ])('A19: as %s is exit 7', async (_, args) => {
    await using folder = await createPipe();
    const host = createFakeHost();
    const machine = Object.create(host, { files: { value: hasty } }) as typeof host;
    const line = args.map((word) => (word === 'PIPE' ? folder.pipe : word));
    expect({ code: await main(machine, line), stdout: host.stdoutText, stderr: host.stderrText }).toEqual({
      code: 7,
      stdout: '',
      stderr:
        `error: nobody writes to the named pipe ${folder.pipe} (waited 1 s)\n` +
        'hint: start the program at its other end first, or name a regular file\n',
    });
  });
});

describe.skipIf(process.platform === 'win32')('a named pipe that is written', () => {
  test.each([
    ['at once', 'cat "$0"'],
    ['by one that starts later', 'sleep 0.3; cat "$0"'],
    ['slowly', '{ sleep 0.3; cat; } < "$0"'],
  ])('A19: is read %s, whole', async (_, command) => {
    await using folder = await createPipe();
    const reader = shell(command, folder.pipe);
    const content = 'wave '.repeat(200_000);
    await patient.writeAtomic(folder.pipe, content);
    expect((await reader.text) === content).toBe(true);
  });

  test('A19: takes content that comes in pieces', async () => {
    await using folder = await createPipe();
    const reader = shell('cat "$0"', folder.pipe);
    async function* pieces(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('half ');
      yield Buffer.from('and half');
    }
    await patient.writeAtomic(folder.pipe, pieces());
    expect(await reader.text).toBe('half and half');
  });

  test('A19: fails when its reader goes, and when there is none', async () => {
    await using folder = await createPipe();
    const reader = shell('head -c 5 "$0"', folder.pipe);
    await expect(patient.writeAtomic(folder.pipe, 'x'.repeat(1_000_000))).rejects.toMatchObject({ code: 'EPIPE' });
    expect(await reader.text).toBe('xxxxx');
    await expect(hasty.writeAtomic(folder.pipe, 'x')).rejects.toMatchObject({
      code: 'pipe_unattended',
      message: `nobody reads from the named pipe ${folder.pipe} (waited 1 s)`,
    });
  });
});
