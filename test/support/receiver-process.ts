/** A receiver of `test/fixtures/receivers` in a process of its own. */
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { SECRET } from './listener.ts';

const FOLDER = join(import.meta.dirname, '../fixtures/receivers');

export interface ReceiverProcess extends AsyncDisposable {
  readonly url: string;
}

/** `program`: `node`, `python3`. The first line that the script prints is its port. */
export async function startReceiverProcess(program: string, args: readonly string[]): Promise<ReceiverProcess> {
  const [script = '', ...rest] = args;
  const running = execa(program, [join(FOLDER, script), ...rest], {
    env: { OPTIPICK_WEBHOOK_SECRET: SECRET },
    reject: false,
    stderr: 'ignore',
    timeout: 50_000,
  });
  const lines = createInterface({ input: running.stdout })[Symbol.asyncIterator]();
  const { value: port, done } = await lines.next();
  if (done === true) throw new Error(`${script} printed no port`);
  return {
    url: `http://127.0.0.1:${port}/webhook`,
    async [Symbol.asyncDispose]() {
      running.kill('SIGKILL');
      await running;
    },
  };
}
