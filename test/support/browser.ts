/** A headless Chromium of the system. */
import { accessSync, constants, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { chromium, type BrowserContext, type Page as ChromiumPage } from 'playwright-core';

export interface Browser {
  /** Opens a page in a profile of its own, and waits until it has loaded. */
  open(url: string, options?: PageOptions): Promise<Page>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface PageOptions {
  readonly width?: number;
  readonly height?: number;
  readonly scheme?: 'light' | 'dark';
  /** Default true. */
  readonly script?: boolean;
}

export interface Page {
  /** All that can be done with it. */
  readonly chromium: ChromiumPage;
  readonly context: BrowserContext;
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
  /** What axe-core finds against WCAG 2.2 AA: rules, each with the first places. */
  accessibility(): Promise<readonly string[]>;
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
  // Without the sandbox of its own it runs as root, too: it opens our own pages only.
  const browser = await chromium.launch({ executablePath: program, args: ['--no-sandbox'] });
  return {
    async open(url, { width = 1280, height = 800, scheme = 'light', script = true } = {}) {
      const context = await browser.newContext({
        viewport: { width, height },
        colorScheme: scheme,
        javaScriptEnabled: script,
      });
      await context.grantPermissions(['clipboard-read', 'clipboard-write']);
      const opened = watched(context, await context.newPage());
      await opened.chromium.goto(url);
      return opened;
    },
    [Symbol.asyncDispose]: () => browser.close(),
  };
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

function watched(context: BrowserContext, page: ChromiumPage): Page {
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (['error', 'warning', 'assert'].includes(message.type()))
      complaints.push(`${message.text()} ${message.location().url}`);
  });
  return {
    chromium: page,
    context,
    complaints,
    requests,
    evaluate: (expression) => page.evaluate(expression),
    async until(expression) {
      // In the page a policy may forbid to evaluate text; while another page is loaded there may be nobody to ask.
      while ((await page.evaluate(expression).catch(() => false)) !== true) await page.waitForTimeout(20);
    },
    click: (selector) => page.click(selector),
    async screenshot(scheme, width = 1280) {
      await page.emulateMedia({ colorScheme: scheme });
      await page.setViewportSize({ width, height: 800 });
      return await page.screenshot({ fullPage: true });
    },
    print: () => page.pdf({ preferCSSPageSize: true }),
    async accessibility() {
      // Through the protocol: the policy of the page allows no script from elsewhere.
      await page.evaluate(AXE);
      const found = (await page.evaluate(
        `axe.run(document, { runOnly: { type: 'tag', values: ${JSON.stringify(RULES)} } }).then(({ violations }) =>
          violations.map(({ id, help, nodes }) => id + ': ' + help + ': ' + nodes.slice(0, 3).map(({ html }) => html.slice(0, 160)).join(' | ')))`,
      )) as readonly string[];
      return found;
    },
  };
}
