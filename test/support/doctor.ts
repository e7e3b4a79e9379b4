/** `optipick doctor` of the built program on a machine that is in order, until a test puts something out of it. */
import { once } from 'node:events';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { execa } from 'execa';
import { createWorkplace, PROGRAM, type RunResult, type Workplace } from './program.ts';
import { createSandbox, type Sandbox } from '../../src/sandbox-entry.ts';

export interface FindingLine {
  readonly check: string;
  readonly status: 'ok' | 'warning' | 'fault';
  readonly message: string;
  readonly fix: string | null;
}

export interface Diagnosis {
  readonly code: number | undefined;
  readonly findings: readonly FindingLine[];
  /** Those that are not ok. */
  readonly troubles: readonly FindingLine[];
  readonly stderr: string;
}

export interface Patient {
  readonly workplace: Workplace;
  readonly sandbox: Sandbox;
  /** `doctor --json` */
  examine(args?: readonly string[], env?: Readonly<Record<string, string>>): Promise<Diagnosis>;
  /** Runs the line in `sh`, and in the same shell `doctor --json` again; `input` answers what `login` asks. */
  mend(line: string, env?: Readonly<Record<string, string>>, input?: string): Promise<Diagnosis>;
  /** Replaces what is stored. */
  store(profile: Readonly<Record<string, string | number>>): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A key, a secret and a sandbox to talk to; any port will do. */
export async function createPatient(): Promise<Patient> {
  const workplace = await createWorkplace();
  const sandbox = await createSandbox();
  const config = join(workplace.folder, 'config');
  const bin = join(workplace.folder, 'bin');
  await mkdir(bin);
  await mkdir(join(workplace.folder, 'tmp'));
  await writeFile(join(bin, 'optipick'), `#!/bin/sh\nexec '${process.execPath}' '${PROGRAM}' "$@"\n`);
  await chmod(join(bin, 'optipick'), 0o755);
  const env = {
    ...workplace.env,
    PATH: `${bin}:${workplace.env['PATH']}`,
    TMPDIR: join(workplace.folder, 'tmp'),
  };
  const store: Patient['store'] = async (profile) => {
    await mkdir(config, { recursive: true, mode: 0o700 });
    await writeFile(join(config, 'config.json'), JSON.stringify({ profiles: { default: profile } }), { mode: 0o600 });
  };
  const { apiKey, secret, url } = sandbox;
  await store({ 'api-key': apiKey, 'webhook-secret': secret, 'base-url': url, port: 0 });
  return {
    workplace,
    sandbox,
    store,
    async examine(args = [], extra = {}) {
      return diagnosisOf(await workplace.run(['doctor', '--json', ...args], { env: { ...env, ...extra } }));
    },
    async mend(line, extra = {}, input = '') {
      const script = /^optipick doctor\b/.test(line) ? `${line} --json` : `${line} >&2\noptipick doctor --json`;
      const result = await execa('sh', ['-e', '-c', script], {
        cwd: workplace.folder,
        env: { ...env, ...extra },
        extendEnv: false,
        reject: false,
        stripFinalNewline: false,
        timeout: 25_000,
        input,
      });
      return diagnosisOf({ code: result.exitCode, stdout: result.stdout, stderr: result.stderr });
    },
    async [Symbol.asyncDispose]() {
      await sandbox.stop();
      await workplace.remove();
    },
  };
}

function diagnosisOf({ code, stdout, stderr }: RunResult): Diagnosis {
  if (!/^\[.*\]\n$/.test(stdout)) throw new Error(`not one line of findings: ${stdout}${stderr}`);
  const findings = JSON.parse(stdout) as readonly FindingLine[];
  return { code, findings, troubles: findings.filter(({ status }) => status !== 'ok'), stderr };
}

export interface TestServer extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
}

/** A server on a free port of this machine, or on the first of these that is free. */
export async function serve(
  handle: (request: IncomingMessage, response: ServerResponse) => unknown,
  ports: Iterable<number> = [0],
): Promise<TestServer> {
  const server = createServer((request, response) => void handle(request, response));
  for (const wanted of ports) {
    const [listening] = await Promise.allSettled([once(server.listen(wanted, '127.0.0.1'), 'listening')]);
    if (listening.status === 'fulfilled') break;
  }
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

/**
 * Ports below those that systems give to whoever asks for any: what is free beside them stays free while other tests open
 * ports of their own.
 */
export function* quietPorts(): Generator<number, void> {
  for (let count = 0; count < 100; count += 1) yield 20_000 + Math.floor(Math.random() * 10_000);
}

export interface Passage {
  readonly path: string;
  readonly headers: Record<string, string | readonly string[] | undefined>;
  readonly body: string;
}

/** What stands between the internet and this machine: hands each request on, changed or not. */
export function serveTunnel(port: number, change: (passage: Passage) => Passage = (same) => same): Promise<TestServer> {
  return serve(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    const passage = change({ path: request.url ?? '/', headers: { ...request.headers }, body });
    const onward = httpRequest(
      {
        host: '127.0.0.1',
        port,
        path: passage.path,
        method: request.method,
        headers: Object.fromEntries([
          ...Object.entries(passage.headers).filter(([, value]) => value !== undefined),
          ['content-length', String(Buffer.byteLength(passage.body))],
        ]) as Record<string, string>,
      },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    onward.once('error', () => response.writeHead(502).end());
    onward.end(passage.body);
  });
}

/** A port that nobody has at the moment. */
export async function freePort(): Promise<number> {
  const server = await serve(() => undefined);
  await server[Symbol.asyncDispose]();
  return server.port;
}
