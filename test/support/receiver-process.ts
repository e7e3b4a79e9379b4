/** A receiver in a process of its own. */
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { SECRET } from './listener.ts';

const FOLDER = join(import.meta.dirname, '../fixtures/receivers');

export interface ReceiverProcess extends AsyncDisposable {
  readonly url: string;
}

/** A script of `test/fixtures/receivers`. `program`: `node`, `python3`. The first line that it prints is its port. */
export async function startReceiverProcess(program: string, args: readonly string[]): Promise<ReceiverProcess> {
  return await startServerProcess(program, args, FOLDER);
}

/** A server that prints its port in a line alone, or as PHP's does. It finds the secret in its environment. */
export async function startServerProcess(
  program: string,
  args: readonly string[],
  folder: string,
): Promise<ReceiverProcess> {
  const running = execa(program, args, {
    cwd: folder,
    env: { OPTIPICK_WEBHOOK_SECRET: SECRET },
    reject: false,
    all: true,
    timeout: 55_000,
  });
  const printed: string[] = [];
  for await (const line of createInterface({ input: running.all })) {
    printed.push(line);
    const [, port] = /^(?:.*\(http:\/\/127\.0\.0\.1:)?(\d+)(?:\) started)?$/.exec(line) ?? [];
    if (port === undefined) continue;
    running.all.resume();
    return {
      url: `http://127.0.0.1:${port}/webhook`,
      async [Symbol.asyncDispose]() {
        running.kill('SIGKILL');
        await running;
      },
    };
  }
  throw new Error(`${program} ${args.join(' ')} printed no port:\n${printed.join('\n')}`);
}
