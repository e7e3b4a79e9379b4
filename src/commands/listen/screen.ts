/** The screen of `listen` on a terminal: what is redrawn at its bottom, and the keys that it names. */
import type { Context } from '../../context/context.ts';
import { CliError } from '../../errors.ts';
import { cleanText } from '../../lib/text/sanitize-terminal.ts';
import { createFooter, type Footer } from '../../output/terminal/footer.ts';
import { createOutput } from '../../output/terminal/print.ts';
import { idText } from '../../output/webhooks/delivery-lines.ts';
import type { Inbox } from '../../state/inbox.ts';
import type { Delivery } from '../../state/delivery.ts';
import type { Processor } from '../../webhooks/inbox/processor.ts';
import type { OpenInspector } from '../shared/inspector/open.ts';
import type { Ending } from './ending.ts';
import type { ListenScreen } from './lines.ts';
import type { Reporter } from './reporter.ts';

export interface LiveScreen {
  /** For all that is written meanwhile. */
  readonly context: Context;
  /** Draws these lines above the line of the keys; `undefined` where nothing can be redrawn. */
  readonly redraw: ((lines: readonly string[]) => void) | undefined;
  /** Reads keys from now on, where a person may press some. */
  start(parts: KeyParts): Promise<void>;
  /** Restores the terminal. */
  close(): Promise<void>;
}

export interface KeyParts {
  readonly screen: ListenScreen;
  readonly state: { readonly inbox: Pick<Inbox, 'find' | 'list' | 'reopen'>; readonly baseUrl: string };
  readonly work: Pick<Processor, 'wake'>;
  readonly reporter: Pick<Reporter, 'last' | 'print' | 'lines'>;
  readonly ending: Pick<Ending, 'isAwaited' | 'finish' | 'fail'>;
  readonly inspector: Pick<OpenInspector, 'open'> | undefined;
}

/** The screen, where lines can be redrawn: on a terminal, for people. A build server's log keeps every redrawing. */
export async function createScreen(context: Context): Promise<LiveScreen> {
  const { host, output, options } = context;
  const isLive = host.stderr.isTTY && !output.json && !output.quiet && options.debug !== true && !isSet(host.env['CI']);
  if (!isLive) return { context, redraw: undefined, start: async () => undefined, close: async () => undefined };
  const footer = createFooter(host, (await output.noteStyle()).dim);
  let live: readonly string[] = [];
  let keyLine: readonly string[] = [];
  let endKeys: (() => void) | undefined;
  const draw = (): void => footer.show([...live, ...keyLine]);
  return {
    context: contextAbove(context, footer),
    redraw(lines) {
      live = lines;
      draw();
    },
    async start(parts) {
      if (!context.interactive) return;
      const keys = createKeys(context, footer, parts);
      const showKeys = (): void => {
        keyLine = [keys.line(host.stderr.columns ?? 80)];
        draw();
      };
      endKeys = await host.terminal.keys({
        key(key) {
          keys.press(key);
          showKeys();
        },
        suspend: () => footer.hide(),
        resume: () => footer.reveal(),
      });
      if (endKeys !== undefined) showKeys();
    },
    async close() {
      endKeys?.();
      await footer.close();
    },
  };
}

/** The same, but what it writes goes above the footer, and commands have the terminal to themselves. */
function contextAbove(context: Context, footer: Footer): Context {
  const { host, output, options } = context;
  // Inherited and not copied: some of their members are found out only when they are asked for.
  const above = Object.create(host, {
    stdout: { value: footer.stdout, enumerable: true },
    stderr: { value: footer.stderr, enumerable: true },
    exec: {
      enumerable: true,
      value: async (...args: Parameters<typeof host.exec>) => {
        await footer.hide();
        try {
          return await host.exec(...args);
        } finally {
          footer.reveal();
        }
      },
    },
  }) as Context['host'];
  const { json, quiet } = output;
  return Object.create(context, {
    host: { value: above, enumerable: true },
    output: { value: createOutput(above, { json, quiet, color: options.color ?? true }), enumerable: true },
  }) as Context;
}

const KEY_LINES = [
  ['r replay the last', 'c copy its id', 'o open inspector', 'v details on/off', 'p pause the screen', 'q quit'],
  ['r replay the last', 'c copy its id', 'o inspector', 'v details', 'p pause', 'q quit'],
  ['r replay', 'c copy id', 'o inspect', 'v details', 'p pause', 'q quit'],
  ['r replay', 'o inspect', 'q quit'],
] as const;
const PAUSED = 'paused: what happens is shown later · p go on · q quit';

function createKeys({ host }: Context, footer: Footer, { screen, state, work, reporter, ending, inspector }: KeyParts) {
  const { inbox, baseUrl } = state;
  const { lines, print } = reporter;
  const keyLines = KEY_LINES.map((keys) =>
    keys.filter((key) => inspector !== undefined || !key.startsWith('o ')).join(' · '),
  );
  let isPaused = false;

  const nothingYet = (): void => print(() => lines.remark('nothing has arrived here yet'));

  /** The last one that has arrived, in this run or before. */
  const last = async (): Promise<Pick<Delivery, 'id' | 'requestId'> | undefined> =>
    reporter.last() ?? (await inbox.list({ limit: 20 })).find(({ scope }) => scope === baseUrl);

  const replay = async (): Promise<void> => {
    const delivery = await last();
    if (delivery === undefined) {
      nothingYet();
      return;
    }
    const [entry] = await inbox.find(delivery.id);
    const reopened = entry === undefined ? 0 : await inbox.reopen([entry.sequence], host.clock.now());
    const id = idText(delivery.requestId ?? delivery.id, host.stderr.columns);
    print(() => lines.remark(reopened > 0 ? `replaying ${id}` : `${id} is being worked on`));
    work.wake();
  };

  const copy = async (): Promise<void> => {
    const delivery = await last();
    if (delivery === undefined) {
      nothingYet();
      return;
    }
    const id = delivery.requestId ?? delivery.id;
    // OSC 52: the terminal puts it into the clipboard, also at the other end of an SSH connection.
    footer.control(`\u001b]52;c;${Buffer.from(id).toString('base64')}\u0007`);
    print(() => lines.remark(`copied ${cleanText(id)}`));
  };

  /** Something of the inbox that fails is reported, and the run goes on. */
  const tried = (action: () => Promise<void>): void => {
    action().catch((error: unknown) => {
      if (error instanceof CliError) print(() => lines.warn(error.message));
      else ending.fail(error);
    });
  };

  const actions: Readonly<Record<string, () => void>> = {
    r: () => tried(replay),
    c: () => tried(copy),
    o() {
      if (inspector !== undefined) tried(() => inspector.open());
    },
    v() {
      screen.verbose = !screen.verbose;
      print(() => lines.remark(`details ${screen.verbose ? 'on' : 'off'}`));
    },
    p() {
      isPaused = !isPaused;
      if (isPaused) footer.pause();
      else footer.go();
    },
    q() {
      footer.go();
      // Whoever waits for something and leaves has not got it.
      if (ending.isAwaited) ending.fail(new CliError('interrupted', 'interrupted'));
      else ending.finish();
    },
  };

  return {
    press: (key: string): void => actions[key.toLowerCase()]?.(),
    /** What can be pressed, as wide as there is room for. */
    line: (width: number): string => (isPaused ? PAUSED : (keyLines.find(({ length }) => length < width) ?? '')),
  };
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0' && value !== 'false';
}
