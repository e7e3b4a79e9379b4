/** `optipick dev`: sandbox, listener and inspector in one. */
import type { Command } from 'commander';
import { collect, withHelp, type CommandDeclaration, type ContextSource } from '../shared/options.ts';
import type { DevFlags, Listen } from './flags.ts';

/** `listen`: loads and runs that command. */
export function devCommand(listen: Listen): CommandDeclaration {
  return {
    name: 'dev',
    description: 'Start all that you build against: a sandbox, a listener, and a page of what is received.',
    declare: (command, context) => declareDev(command, context, listen),
  };
}

function declareDev(command: Command, context: ContextSource, listen: Listen): void {
  command.option('-f, --forward-to <url>', 'forward each webhook there, for example 3000 (repeatable)', collect);
  withHelp(command, {
    output: `Three lines: where the sandbox, the listener and the page are; then what "optipick listen" prints. One sample wave is
submitted. Other commands reach the sandbox with -p sandbox. What is received is stored in a state folder of its own
("dev" in the usual one): in another terminal, set OPTIPICK_STATE_DIR to it to look at that with optipick events.
Ports that are taken are passed over. With --json the lines of "optipick listen", after
{"v":1,"type":"sandbox","url":"...","api_key":"...","secret":"..."}. Ctrl-C ends all of it.`,
    examples: [
      ['optipick dev', 'everything on this machine, no account'],
      ['optipick dev -f 3000', 'webhooks go on to your own service, signatures included'],
      ['optipick cluster submit wave.json -p sandbox', 'in another terminal: a request of your own'],
    ],
    environment: [['OPTIPICK_STATE_DIR', 'the folder in which "dev" is']],
    failures: [
      ['usage', 'a URL that cannot be forwarded to'],
      ['environment', 'no port is free, or the profile "sandbox" holds a key that no sandbox generated'],
      ['interrupted', 'stopped by Ctrl-C'],
    ],
  });
  command.action(async (flags: DevFlags) => {
    const { dev } = await import('./run.ts');
    await dev(context(), flags, listen);
  });
}
