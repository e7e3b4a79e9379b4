/**
 * A plugin that reaches Node's own modules through `process.getBuiltinModule`. A static ESM import of
 * `node:fs` or `node:util` makes Node run every lazy getter of the module, which loads the REPL, worker
 * threads and the network with it: 10 ms that no command needs.
 */
import { builtinModules } from 'node:module';
import type { Plugin } from 'rolldown';

const PREFIX = '\0builtin:';
const CJS_PREFIX = '\0builtin-cjs:';

/** commander can start programs of its own; optipick never does, and the module is the dearest of all. */
const UNUSED_BY: Readonly<Record<string, RegExp>> = { 'node:child_process': /\/node_modules\/commander\// };

/** undici's HTTP/2 client loads `node:http2` for 7 ms; optipick speaks HTTP/1.1 only (`allowH2: false`). */
const HTTP2_CLIENT = /\/node_modules\/undici\/lib\/dispatcher\/client-h2\.js$/;

export function builtinModulesPlugin(): Plugin {
  return {
    name: 'builtin-modules',
    resolveId(source, importer, { kind }) {
      const name = source.startsWith('node:') ? source : builtinModules.includes(source) ? `node:${source}` : undefined;
      if (name === undefined) return null;
      if (UNUSED_BY[name]?.test((importer ?? '').replaceAll('\\', '/')) === true) return `${PREFIX}none`;
      return `${kind === 'require-call' ? CJS_PREFIX : PREFIX}${name}`;
    },
    async load(id) {
      if (HTTP2_CLIENT.test(id.replaceAll('\\', '/'))) {
        return 'module.exports = () => { throw new Error("HTTP/2 is not part of this build"); };';
      }
      if (id === `${PREFIX}none`) return 'export default {};';
      if (id.startsWith(CJS_PREFIX)) {
        return `module.exports = process.getBuiltinModule(${JSON.stringify(id.slice(CJS_PREFIX.length))});`;
      }
      if (!id.startsWith(PREFIX)) return null;
      const name = id.slice(PREFIX.length);
      const names = Object.keys((await import(name)) as object).filter((each) => /^[A-Za-z_$][\w$]*$/.test(each));
      // Pure calls, so that what nobody imports is left out, and its getter is not run.
      return [
        `const builtin = /* @__PURE__ */ process.getBuiltinModule(${JSON.stringify(name)});`,
        'export default builtin;',
        ...names
          .filter((each) => each !== 'default' && each !== 'module.exports')
          .map((each) => `export const ${each} = /* @__PURE__ */ (() => builtin.${each})();`),
      ].join('\n');
    },
  };
}
