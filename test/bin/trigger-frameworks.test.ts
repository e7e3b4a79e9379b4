/** The code that is printed for each framework, run by that framework and checked with `optipick trigger --suite`. */
import { existsSync } from 'node:fs';
import { readFile, symlink, writeFile } from 'node:fs/promises';
import { delimiter, extname, join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import type { Framework } from '../../src/webhooks/frameworks/frameworks.ts';
import { SNIPPETS } from '../../src/webhooks/frameworks/snippets.ts';
import { createTestFolder } from '../support/folder.ts';
import { SECRET } from '../support/listener.ts';
import { createWorkplace } from '../support/program.ts';
import { startServerProcess } from '../support/receiver-process.ts';

const FIXTURES = join(import.meta.dirname, '../fixtures/frameworks');
const MODULES = join(import.meta.dirname, '../../node_modules');

/** Where Debian has the libraries of Java. The packages of its Spring 4 are still named after Spring 3. */
const JARS = [
  ...['core', 'beans', 'context', 'expression', 'aop', 'web', 'web.servlet'].map((name) => `spring3-${name}`),
  ...['server', 'servlet', 'http', 'io', 'util', 'security'].map((name) => `jetty9-${name}`),
  'servlet-api',
  'commons-logging',
].map((name) => `/usr/share/java/${name}.jar`);
const CLASS_PATH = JARS.join(delimiter);

interface Runtime {
  /** The server around the code, in `test/fixtures/frameworks`. */
  readonly file: string;
  /** The first that passes the probe is used. */
  readonly programs: readonly string[];
  /** Before the file. */
  readonly args?: readonly string[];
  /** Compiles the script to this file first: `go run` leaves its child behind when it is killed. */
  readonly binary?: string;
  /** Arguments with which a program succeeds where it has the framework. */
  readonly probe: readonly string[];
}

const NODE = { programs: [process.execPath], probe: ['--version'] };
/** A package of the system is not seen by every Python that comes first in the path. */
const PYTHONS = ['python3', '/usr/bin/python3'];
const RUNTIMES: Readonly<Partial<Record<Framework, Runtime>>> = {
  express: { file: 'express.mjs', ...NODE },
  fastify: { file: 'fastify.mjs', ...NODE },
  flask: { file: 'flask.py', programs: PYTHONS, probe: ['-c', 'import flask'] },
  fastapi: { file: 'fastapi.py', programs: PYTHONS, probe: ['-c', 'import fastapi, uvicorn'] },
  django: { file: 'django.py', programs: PYTHONS, probe: ['-c', 'import django'] },
  spring: {
    file: 'spring.java',
    programs: JARS.every((jar) => existsSync(jar)) ? ['java'] : [],
    args: ['-cp', CLASS_PATH],
    // Only a JDK has the compiler.
    probe: ['--describe-module', 'jdk.compiler'],
  },
  php: { file: 'php.php', programs: ['php'], args: ['-S', '127.0.0.1:0'], probe: ['--version'] },
  go: {
    file: 'go.go',
    programs: ['go'],
    args: ['build', '-o', 'receiver.exe'],
    binary: 'receiver.exe',
    probe: ['version'],
  },
  rails: { file: 'rails.rb', programs: ['ruby'], probe: ['-e', 'require "rails"; require "webrick"'] },
};

async function programOf({ programs, probe }: Runtime): Promise<string | undefined> {
  for (const program of programs) {
    const { exitCode } = await execa(program, probe, { reject: false });
    if (exitCode === 0) return program;
  }
  return undefined;
}

describe('the code for a framework, run by it, passes every check of the suite', () => {
  for (const [framework, code] of Object.entries(SNIPPETS)) {
    test(framework, async ({ skip }) => {
      const runtime = RUNTIMES[framework as Framework];
      if (runtime === undefined) return skip(`no server of the tests runs ${framework}`);
      const program = await programOf(runtime);
      if (program === undefined) return skip(`there is no ${framework} on this machine`);
      const { file, args = [], binary } = runtime;
      await using folder = await createTestFolder();
      const server = await readFile(join(FIXTURES, file), 'utf8');
      const script = `receiver${extname(file)}`;
      await writeFile(
        folder.at(script),
        server.replace(/^ *(?:\/\* SNIPPET \*\/|(?:#|\/\/) SNIPPET)$/m, () => code),
      );
      await symlink(MODULES, folder.at('node_modules'), 'junction');
      const workplace = await createWorkplace();
      try {
        if (binary !== undefined) await execa(program, [...args, script], { cwd: folder.path });
        await using receiver =
          binary === undefined
            ? await startServerProcess(program, [...args, script], folder.path)
            : await startServerProcess(folder.at(binary), [], folder.path);
        const ended = await workplace.run(['trigger', '--suite', '--to', receiver.url], {
          env: { OPTIPICK_WEBHOOK_SECRET: SECRET },
        });
        expect([ended.code, ended.stderr]).toEqual([0, '']);
        expect(ended.stdout.trimEnd().split('\n').at(-1)).toMatch(
          // Svix's library takes webhook-* names as well.
          /^(?:all 17 checks passed|16 of 17 checks passed; 1 note \(explained with -v\))$/,
        );
      } finally {
        await workplace.remove();
      }
    });
  }
});
