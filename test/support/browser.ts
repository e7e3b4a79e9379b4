/** A headless Chromium, driven through its DevTools protocol: no library between. */
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';

export interface Browser {
  /** Opens a page and waits until it has loaded. */
  open(url: string): Promise<Page>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface Page {
  /** What the browser complained of: errors in the console, exceptions, resources that it could not load or use. */
  readonly complaints: string[];
  /** The addresses of all that was asked for, the page itself first. */
  readonly requests: string[];
  /** The value of an expression in the page; promises are waited for. */
  evaluate(expression: string): Promise<unknown>;
  /** Waits until an expression is true; loading another page meanwhile is no trouble. */
  until(expression: string): Promise<void>;
  /** A click of the mouse in the middle of the first element that fits. */
  click(selector: string): Promise<void>;
  /** A whole page as PNG, as people with that preference see it on a screen of that width. */
  screenshot(scheme: 'light' | 'dark', width?: number): Promise<Buffer>;
  /** Printed, as PDF. */
  print(): Promise<Buffer>;
}

/** The path of a Chromium, or `undefined`. */
export function findChromium(): string | undefined {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'chrome'];
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export async function startBrowser(program: string): Promise<Browser> {
  const profile = await mkdtemp(join(tmpdir(), 'optipick-browser-'));
  const child = spawn(
    program,
    // Without the sandbox of its own it runs as root, too: it opens our own page only.
    ['--headless=new', '--no-sandbox', '--disable-gpu', '--remote-debugging-port=0', `--user-data-dir=${profile}`],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const closed = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
  });
  const address = await new Promise<string>((resolve, reject) => {
    const lines = createInterface({ input: child.stderr });
    lines.on('line', (line) => {
      const found = /^DevTools listening on (ws:.*)$/.exec(line)?.[1];
      if (found !== undefined) resolve(found);
    });
    lines.once('close', () => reject(new Error('the browser ended without a word')));
    child.once('error', reject);
  });
  const wire = await connect(address);
  return {
    open: (url) => openPage(wire, url),
    async [Symbol.asyncDispose]() {
      wire.close();
      child.kill();
      await closed;
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly sessionId?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly message: string };
}

interface Wire {
  send(method: string, params?: object, sessionId?: string): Promise<Readonly<Record<string, unknown>>>;
  onEvent(listen: (message: Message) => void): void;
  close(): void;
}

async function connect(address: string): Promise<Wire> {
  const socket = new WebSocket(address);
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => resolve(), { once: true });
    socket.addEventListener('error', () => reject(new Error('the browser cannot be reached')), { once: true });
  });
  const waiting = new Map<number, PromiseWithResolvers<Readonly<Record<string, unknown>>>>();
  const listeners: ((message: Message) => void)[] = [];
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(String(data)) as Message;
    if (message.id === undefined) {
      for (const listen of listeners) listen(message);
      return;
    }
    const call = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.error === undefined) call?.resolve(message.result ?? {});
    else call?.reject(new Error(message.error.message));
  });
  let count = 0;
  return {
    send(method, params = {}, sessionId) {
      count += 1;
      const call = Promise.withResolvers<Readonly<Record<string, unknown>>>();
      waiting.set(count, call);
      socket.send(JSON.stringify({ id: count, method, params, sessionId }));
      return call.promise;
    },
    onEvent: (listen) => listeners.push(listen),
    close: () => socket.close(),
  };
}

async function openPage(wire: Wire, url: string): Promise<Page> {
  const { targetId } = await wire.send('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = (await wire.send('Target.attachToTarget', { targetId, flatten: true })) as {
    sessionId: string;
  };
  const send = (method: string, params?: object) => wire.send(method, params, sessionId);
  const complaints: string[] = [];
  const requests: string[] = [];
  const loaded = Promise.withResolvers<void>();
  wire.onEvent((message) => {
    if (message.sessionId !== sessionId) return;
    if (message.method === 'Page.loadEventFired') loaded.resolve();
    if (message.method === 'Network.requestWillBeSent') {
      requests.push((message.params as { request: { url: string } }).request.url);
    }
    const complaint = complaintOf(message);
    if (complaint !== undefined) complaints.push(complaint);
  });
  for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await send(`${domain}.enable`);
  await send('Page.navigate', { url });
  await loaded.promise;

  const evaluate = async (expression: string): Promise<unknown> => {
    const answer = (await send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true })) as {
      result: { value?: unknown };
      exceptionDetails?: { text: string; exception?: { description?: string } };
    };
    const { exceptionDetails: fault } = answer;
    if (fault !== undefined) throw new Error(fault.exception?.description ?? fault.text);
    return answer.result.value;
  };
  return {
    complaints,
    requests,
    evaluate,
    async until(expression) {
      for (;;) {
        // While another page is loaded there may be nobody to ask.
        const seen = await evaluate(expression).catch(() => false);
        if (seen === true) return;
        await new Promise((resolve) => {
          setTimeout(resolve, 20);
        });
      }
    },
    async click(selector) {
      const place = (await evaluate(`(() => {
        const element = document.querySelector(${JSON.stringify(selector)});
        element.scrollIntoView({ block: 'center' });
        const { x, y, width, height } = element.getBoundingClientRect();
        return { x: x + width / 2, y: y + height / 2 };
      })()`)) as { x: number; y: number };
      for (const type of ['mousePressed', 'mouseReleased']) {
        await send('Input.dispatchMouseEvent', { type, ...place, button: 'left', clickCount: 1 });
      }
    },
    async screenshot(scheme, width = 1280) {
      await send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] });
      const metrics = { width, deviceScaleFactor: 1, mobile: false };
      await send('Emulation.setDeviceMetricsOverride', { ...metrics, height: 800 });
      const height = await evaluate('document.documentElement.scrollHeight');
      await send('Emulation.setDeviceMetricsOverride', { ...metrics, height });
      const { data } = await send('Page.captureScreenshot', { captureBeyondViewport: true });
      return Buffer.from(String(data), 'base64');
    },
    async print() {
      const { data } = await send('Page.printToPDF', { printBackground: false, preferCSSPageSize: true });
      return Buffer.from(String(data), 'base64');
    },
  };
}

function complaintOf({ method, params }: Message): string | undefined {
  if (method === 'Runtime.exceptionThrown') return JSON.stringify(params?.['exceptionDetails']);
  if (method === 'Log.entryAdded') {
    const entry = params?.['entry'] as { level: string; text: string; url?: string };
    return entry.level === 'error' || entry.level === 'warning' ? `${entry.text} ${entry.url ?? ''}` : undefined;
  }
  if (method !== 'Runtime.consoleAPICalled' || !['error', 'warning', 'assert'].includes(String(params?.['type']))) {
    return undefined;
  }
  return JSON.stringify(params?.['args']);
}
