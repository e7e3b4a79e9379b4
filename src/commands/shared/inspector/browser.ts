/** Opens a page in the browser of this machine. */
import { join } from 'node:path';
import type { Context } from '../../../context/context.ts';
import { CliError, messageOf } from '../../../errors.ts';
import { html } from '../../../lib/text/html.ts';
import { shellWord } from '../../../lib/text/shell-words.ts';

/** A command that has not failed by then has started a browser; in milliseconds. */
const STARTED_MS = 3000;

const COMMANDS: Readonly<Record<string, string>> = { darwin: 'open', win32: 'start ""' };

/**
 * The address may hold a token, and every user of a machine sees the arguments of all commands: so the browser is given a
 * file that only this user can read and that leads there. Rejects with `CliError` `environment` when no browser can be started.
 */
export async function openInBrowser(context: Context, url: string): Promise<void> {
  const { host } = context;
  const folder = await host.files.temporaryFolder(host.temporaryFolder);
  context.atEnd(() => folder.remove());
  const file = join(folder.path, 'open.html');
  await host.files.writeAtomic(
    file,
    html`<!doctype html><meta charset="utf-8" /><title>optipick</title
      ><meta http-equiv="refresh" content="0;url=${url}" /><a href="${url}">Open the page</a>`.text,
    0o600,
  );
  const quoted = host.platform === 'win32' ? `"${file}"` : shellWord(host.platform, file);
  const silent = host.platform === 'win32' ? '>NUL 2>&1' : '>/dev/null 2>&1';
  const command = `${COMMANDS[host.platform] ?? 'xdg-open'} ${quoted} ${silent}`;
  try {
    // Some browsers end only when their window is closed.
    const started = host.clock.sleep(STARTED_MS).then(() => ({ code: 0 }));
    const { code } = await Promise.race([host.exec(command, { input: '', env: host.env, outlives: true }), started]);
    if (code === 0) return;
  } catch (cause) {
    throw noBrowser(messageOf(cause), cause);
  }
  throw noBrowser('open the printed address in one', undefined);
}

function noBrowser(why: string, cause: unknown): CliError {
  return new CliError('environment', `no browser could be started: ${why}`, {
    code: 'no_browser',
    hint: 'open the printed address in a browser on this machine',
    cause,
  });
}
