/** Durable acceptance of webhooks beside a server that only answers: requests a second, latency, memory. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { sendLoad, type Load, type LoadReport } from './webhook-load.ts';

export const PROGRAM = fileURLToPath(new URL('../bin/optipick.js', import.meta.url));
export const KEY = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64');
export const SECRET = `whsec_${KEY.toString('base64')}`;
export const CONNECTIONS = 64;
const EVENTS = 20_000;
const ROUNDS = 3;
const MANY_EVENTS = 100_000;

/** Reads the body, keeps nothing, checks nothing. */
const BARE = `
const server = require('node:http').createServer((request, response) => {
  request.resume();
  request.on('end', () => response.writeHead(204).end());
});
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: server.address().port })));
`;

/** As the vendor's example: Flask's own server, one handler; nothing checked or kept. */
const FLASK = `
import json, logging, socket
from flask import Flask, request
logging.getLogger('werkzeug').disabled = True
app = Flask(__name__)
@app.post('/webhook')
def webhook():
    request.get_json()
    return '', 204
with socket.socket() as free:
    free.bind(('127.0.0.1', 0))
    port = free.getsockname()[1]
print(json.dumps({'port': port}), flush=True)
import flask.cli
flask.cli.show_server_banner = lambda *args: None
app.run(host='127.0.0.1', port=port)
`;

/** A server that runs. */
export interface Running {
  readonly port: number;
  /** The first line that it printed. */
  readonly ready: Readonly<Record<string, unknown>>;
  readonly child: ChildProcess;
}

export async function benchListen(print: (line: string) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'optipick-bench-'));
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    OPTIPICK_CONFIG_DIR: join(folder, 'config'),
    OPTIPICK_STATE_DIR: join(folder, 'state'),
    OPTIPICK_WEBHOOK_SECRET: SECRET,
  };
  const ours = [PROGRAM, 'listen', '--json', '--no-fetch', '--port', '0'];
  print(`webhooks of 1.1 KB over ${CONNECTIONS} connections, best of ${ROUNDS}`);
  try {
    const bare: LoadReport[] = [];
    const listen: LoadReport[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      // In turns: what else the machine does then hits both.
      bare.push(await measured(await start(process.execPath, ['-e', BARE], env), EVENTS, `bare_${round}_`));
      listen.push(await measured(await start(process.execPath, ours, env), EVENTS, `listen_${round}_`));
    }
    const [baseline, best] = [bestOf(bare), bestOf(listen)];
    print(described('node:http, read and 204', baseline, baseline));
    print(`${described('optipick listen', best, baseline)}; at least 0.25`);
    if (spawnSync('python3', ['-c', 'import flask']).status === 0) {
      const flask = await measured(await start('python3', ['-c', FLASK], env), EVENTS / 10, 'flask_', {
        reconnect: true,
      });
      print(described('Flask, nothing kept', flask, baseline));
    }
    const running = await start(process.execPath, ours, env);
    const memory: number[] = [];
    const many = await measured(running, MANY_EVENTS, 'many_', {
      onProgress: () => memory.push(residentMb(running.child)),
    });
    const half = memory.length / 2;
    print(
      `  ${MANY_EVENTS.toLocaleString('en')} webhooks: ${many.perSecond.toFixed(0)}/s, ${many.refused} refused, ` +
        `resident at most ${Math.max(...memory.slice(0, half)).toFixed(0)} MB in the first half, ` +
        `${Math.max(...memory.slice(half)).toFixed(0)} MB in the second`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function described(name: string, { perSecond, p50, p99, refused }: LoadReport, baseline: LoadReport): string {
  const figures = `${perSecond.toFixed(0).padStart(6)}/s, p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`;
  const failures = refused === 0 ? '' : `, ${refused} REFUSED`;
  return `  ${name.padEnd(26)} ${figures}, ${(perSecond / baseline.perSecond).toFixed(2)} of bare${failures}`;
}

function bestOf(reports: readonly LoadReport[]): LoadReport {
  return reports.reduce((best, report) => (report.perSecond > best.perSecond ? report : best));
}

/** Resolves when its port is open, which it says in its first line of JSON. */
export async function start(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Running> {
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const first = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString().split('\n')[0] ?? ''));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${command} ended with ${code}`)));
  });
  child.stdout.resume();
  const ready = JSON.parse(first) as Running['ready'];
  const port = Number(ready['port']);
  while (!(await answers(port))) await pause(50);
  return { child, port, ready };
}

/** Flask says its port before it has opened it. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.end();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** Sends the load and ends the server. */
async function measured(
  { child, port }: Running,
  events: number,
  prefix: string,
  options: Pick<Load, 'reconnect' | 'onProgress'> = {},
): Promise<LoadReport> {
  try {
    return await sendLoad({
      port,
      path: '/webhook',
      connections: CONNECTIONS,
      events,
      key: KEY,
      prefix,
      ...options,
    });
  } finally {
    child.removeAllListeners('exit');
    child.kill('SIGKILL');
  }
}

/** Of the process, in MB; only Linux tells. */
export function residentMb({ pid }: ChildProcess): number {
  if (process.platform !== 'linux') return Number.NaN;
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN) / 1024;
}
