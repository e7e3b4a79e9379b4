/** A color or a build server's variable of the one who runs the tests must not decide them, nor make Node warn. */
for (const name of ['NO_COLOR', 'FORCE_COLOR', 'CI', 'GITHUB_ACTIONS']) delete process.env[name];

// Neither UTC nor without a summer time: what is shown in local time and what is not.
process.env['TZ'] = 'Europe/Brussels';
