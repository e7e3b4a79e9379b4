#!/usr/bin/env node
// Plain JavaScript that an old Node understands too: it must be able to say that it is too old.
const NEEDED = [22, 19];
const parts = process.versions.node.split('.').map(Number);

/** Where stderr takes nothing either, the exit code must do. */
function fail(exitCode, message) {
  process.exitCode = exitCode;
  process.stderr.on('error', function () {});
  process.stderr.write(message + '\n');
}

if (parts[0] < NEEDED[0] || (parts[0] === NEEDED[0] && parts[1] < NEEDED[1])) {
  fail(
    7,
    'error: optipick needs Node.js 22.19 or newer and this is ' +
      process.version +
      '; get a newer one from https://nodejs.org, or run it as: npx -p node@24 optipick',
  );
} else if (process.argv.length === 3 && (process.argv[2] === '--version' || process.argv[2] === '-V')) {
  // The commonest question of a script, answered without loading the program.
  const fs = process.getBuiltinModule('node:fs');
  process.stdout.on('error', function (error) {
    // Whoever closes the pipe has read enough.
    if (error.code === 'EPIPE') return;
    fail(7, 'error: stdout cannot be written: ' + error.message);
  });
  process.stdout.write(JSON.parse(fs.readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version + '\n');
} else {
  // NO_COLOR wins. With both, Node itself would decide otherwise, and warn of it.
  if (process.env.NO_COLOR) delete process.env.FORCE_COLOR;
  process.getBuiltinModule('node:module').enableCompileCache();
  import('../dist/cli.js').catch(function (error) {
    const missing = error && error.code === 'ERR_MODULE_NOT_FOUND';
    if (missing)
      fail(7, 'error: optipick is not built: ' + error.message + '\nhint: run `npm run build` in the project folder');
    else fail(1, 'error: ' + (error && error.stack ? error.stack : String(error)));
  });
}
