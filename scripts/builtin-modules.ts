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

/**
 * Modules of undici that no request of optipick reaches, and what takes their place. The HTTP/2 client loads `node:http2` for
 * 7 ms (`allowH2: false`). The second parser of HTTP/1.1, twice in WebAssembly, is what UNDICI_USE_MILO turns on, and was two
 * fifths of the code to read; undici leaves it out of Node itself in the same way.
 */
const UNREACHED: readonly (readonly [module: RegExp, code: string])[] = [
  [
    /\/node_modules\/undici\/lib\/dispatcher\/client-h2\.js$/,
    'module.exports = () => { throw new Error("HTTP/2 is not part of this build"); };',
  ],
  [/\/node_modules\/undici\/lib\/dispatcher\/parser-h1\.js$/, 'module.exports = { getMiloEnabled: () => false };'],
];

/** Takes 11 ms, which a command that signs and hashes nothing does not need. All that is imported of it are functions. */
const LOADED_BY_ITS_FIRST_CALL = 'node:crypto';

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
      const path = id.replaceAll('\\', '/');
      const unreached = UNREACHED.find(([module]) => module.test(path));
      if (unreached !== undefined) return unreached[1];
      if (id === `${PREFIX}none`) return 'export default {};';
      if (id.startsWith(CJS_PREFIX)) {
        return `module.exports = process.getBuiltinModule(${JSON.stringify(id.slice(CJS_PREFIX.length))});`;
      }
      if (!id.startsWith(PREFIX)) return null;
      const name = id.slice(PREFIX.length);
      const members = (await import(name)) as Readonly<Record<string, unknown>>;
      const names = Object.keys(members).filter((each) => /^[A-Za-z_$][\w$]*$/.test(each) && each !== 'default');
      const builtin = `process.getBuiltinModule(${JSON.stringify(name)})`;
      if (name === LOADED_BY_ITS_FIRST_CALL) {
        return [
          `export default /* @__PURE__ */ new Proxy({}, { get: (_, member) => ${builtin}[member] });`,
          ...names
            .filter((each) => typeof members[each] === 'function')
            .map((each) => `export const ${each} = (...given) => ${builtin}.${each}(...given);`),
        ].join('\n');
      }
      // Pure calls, so that what nobody imports is left out, and its getter is not run.
      return [
        `const builtin = /* @__PURE__ */ ${builtin};`,
        'export default builtin;',
        ...names.map((each) => `export const ${each} = /* @__PURE__ */ (() => builtin.${each})();`),
      ].join('\n');
    },
  };
}
