/** The real machine. Here and in the files beside it `process` is touched, and nowhere else. */
import { join } from 'node:path';

import { createFiles } from './fs/files.ts';
import type { Host, SettingsFile, Terminal } from './host.ts';
import { createLibraryHost } from './library-host.ts';
import { configFolder } from '../settings/paths.ts';
import { onStopSignal } from './terminal/signals.ts';
import { createInputStream, createOutputStream } from './terminal/streams.ts';

/** What is slow to load (network, server, database, spinner, the writer of settings) is loaded when it is first used. */
export function createRealHost(): Host {
  const { platform, env, pid, versions } = process;
  const stdin = createInputStream(() => process.stdin);
  const stdout = createOutputStream('stdout', () => process.stdout);
  const stderr = createOutputStream('stderr', () => process.stderr);
  let home: string | undefined;

  async function terminal(): Promise<Terminal> {
    const { createTerminal } = await import('./terminal/terminal.ts');
    return createTerminal({ input: () => process.stdin, output: stderr, spinnerStream: () => process.stderr });
  }

  const host: Host = {
    ...createLibraryHost(),
    nodeVersion: versions.node,
    platform,
    pid,
    get cwd() {
      return process.cwd();
    },
    get home() {
      return (home ??= homeFolder());
    },
    get temporaryFolder() {
      return process.getBuiltinModule('node:os').tmpdir();
    },
    env,
    stdin,
    stdout,
    stderr,
    terminal: {
      ask: async (question, options) => (await terminal()).ask(question, options),
      keys: async (events) => (await terminal()).keys(events),
      spinner: async (text) => (await terminal()).spinner(text),
    },
    files: createFiles(platform),
    settingsFile: createSettingsFile(() => host),
    async http({ direct = false } = {}) {
      const { createHttp } = await import('./http/http.ts');
      return createHttp(direct ? {} : env);
    },
    async connectWebSocket(url, events, options) {
      const { connectWebSocket } = await import('./http/web-socket.ts');
      return connectWebSocket(url, events, options, env);
    },
    async openDatabase(path, options) {
      const { openDatabase } = await import('./fs/database.ts');
      return openDatabase(path, options);
    },
    async openPostgres(server) {
      const { openPostgres } = await import('./postgres.ts');
      return openPostgres(server);
    },
    async startThread(name, data, events) {
      const { startThread } = await import('./thread.ts');
      return startThread(name, data, events);
    },
    async exec(command, options) {
      const { execCommand } = await import('./command.ts');
      return execCommand(command, options, platform);
    },
    onStopSignal,
  };
  return host;
}

function createSettingsFile(machine: () => Host): SettingsFile {
  return {
    get path() {
      return join(configFolder(machine()), 'config.json');
    },
    async read() {
      const { readSettingsFile } = await import('./fs/settings-file.ts');
      return readSettingsFile(configFolder(machine()), machine().platform);
    },
    async change(changes) {
      const { changeSettings } = await import('./fs/settings-writer.ts');
      return changeSettings(configFolder(machine()), changes, machine());
    },
  };
}

/** Empty when the system does not know it: a user without an entry, as containers have. */
function homeFolder(): string {
  try {
    return process.getBuiltinModule('node:os').homedir();
  } catch {
    return '';
  }
}
