/** What the pages of the docs take for granted: `optipick` installed, a sandbox in another terminal, a service of one's own. */
import { chmod, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

import { freePort } from './postgres-server.ts';
import { createWorkplace, PROGRAM, type Workplace } from './program.ts';
import { startReceiver } from './receiver.ts';
import { startSandbox } from './sandbox.ts';
import { type CodeBlock, pageScript, runShellBlock } from './shell-block.ts';

export interface DocsWorkplace extends AsyncDisposable {
  readonly folder: string;
  /** The profile of the sandbox is in force. */
  readonly env: Readonly<Record<string, string>>;
  readonly sandbox: { readonly url: string; readonly key: string };
  /**
   * Runs blocks of a page one after the other, in at most 110 s. The ports of the pages are replaced by those of this run: 3000 a
   * service, 4010 the sandbox, 5000 the listener.
   */
  runPage(
    path: string,
    blocks: readonly Pick<CodeBlock, 'text' | 'line'>[],
    env?: Readonly<Record<string, string>>,
  ): Promise<void>;
}

/** As `optipick sandbox --save-profile sandbox --webhook http://127.0.0.1:5000/webhook` in another terminal, but faster. */
export async function createDocsWorkplace(): Promise<DocsWorkplace> {
  const workplace = await createWorkplace();
  const service = await startReceiver();
  const listener = await freePort();
  const flags = `--latency 50ms --time-scale 20 --save-profile sandbox --webhook http://127.0.0.1:${listener}/webhook`;
  const sandbox = await startSandbox(workplace, flags.split(' '), { timeoutMs: 170_000 });
  const { ready } = sandbox;
  await workplace.run(['config', 'set', 'port', String(listener), '-p', 'sandbox']);
  const ports = new Map([
    ['3000', new URL(service.url).port],
    ['4010', String(ready.port)],
    ['5000', String(listener)],
  ]);
  const { folder } = workplace;
  const env = {
    ...workplace.env,
    PATH: `${await installProgram(workplace)}${delimiter}${process.env['PATH'] ?? ''}`,
    OPTIPICK_PROFILE: 'sandbox',
    MY_API_KEY: ready.api_key,
  };
  return {
    folder,
    env,
    sandbox: { url: ready.url, key: ready.api_key },
    async runPage(path, blocks, other = env) {
      const script = pageScript(path, blocks).replaceAll(
        /:(3000|4010|5000)\b/g,
        (_, port: string) => `:${ports.get(port) ?? port}`,
      );
      await runShellBlock(script, { folder, env: other, timeoutMs: 110_000 });
    },
    async [Symbol.asyncDispose]() {
      await sandbox[Symbol.asyncDispose]();
      await service[Symbol.asyncDispose]();
      await workplace.remove();
    },
  };
}

/** Puts `optipick` into a folder for the PATH, which it returns. */
export async function installProgram({ folder }: Pick<Workplace, 'folder'>): Promise<string> {
  const shim = join(folder, 'optipick');
  await writeFile(shim, `#!/bin/sh\nexec "${process.execPath}" "${PROGRAM}" "$@"\n`);
  await chmod(shim, 0o755);
  return folder;
}
