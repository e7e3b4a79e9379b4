#!/usr/bin/env node
// Plain JavaScript that an old Node understands too: it must be able to say that it is too old.
const NEEDED = [22, 19];
const parts = process.versions.node.split('.').map(Number);

if (parts[0] < NEEDED[0] || (parts[0] === NEEDED[0] && parts[1] < NEEDED[1])) {
  process.stderr.write(
    'error: optipick needs Node.js 22.19 or newer and this is ' +
      process.version +
      '; get a newer one from https://nodejs.org, or run it as: npx -p node@24 -p optipick optipick\n',
  );
  process.exitCode = 7;
} else if (process.argv.length === 3 && (process.argv[2] === '--version' || process.argv[2] === '-V')) {
  // The commonest question of a script, answered without loading the program.
  const fs = process.getBuiltinModule('node:fs');
  process.stdout.on('error', function (error) {
    // Whoever closes the pipe has read enough.
    if (error.code === 'EPIPE') return;
    process.stderr.write('error: stdout cannot be written: ' + error.message + '\n');
    process.exitCode = 7;
  });
  process.stdout.write(JSON.parse(fs.readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version + '\n');
} else {
  process.getBuiltinModule('node:module').enableCompileCache();
  import('../dist/cli.js').catch(function (error) {
    const missing = error && error.code === 'ERR_MODULE_NOT_FOUND';
    process.stderr.write(
      missing
        ? 'error: optipick is not built: ' + error.message + '\nhint: run `npm run build` in the project folder\n'
        : 'error: ' + (error && error.stack ? error.stack : String(error)) + '\n',
    );
    process.exitCode = missing ? 7 : 1;
  });
}
