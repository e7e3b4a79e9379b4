/** The topic `environment`. */
import type { TopicPart } from './parts.ts';

const HEADS = ['Variable', 'Meaning'];

export function environmentTopic(): readonly TopicPart[] {
  return [
    `A value given on the command line always wins: flag > environment > profile in the config file > default. An empty
    variable counts as unset. "optipick config list" shows where each value comes from.`,
    { heading: 'Settings' },
    {
      heads: HEADS,
      rows: [
        ['OPTIPICK_API_KEY', 'API key'],
        ['OPTIPICK_WEBHOOK_SECRET', 'webhook signing secret; several, separated by spaces, while rotating'],
        ['OPTIPICK_BASE_URL', 'API to talk to; default https://optipick.api.optioryx.com'],
        ['OPTIPICK_PROFILE', 'stored profile to use; default "default"'],
        [
          'OPTIPICK_CONFIG_DIR',
          String.raw`folder of config.json; default $XDG_CONFIG_HOME/optipick, ~/.config/optipick, %APPDATA%\optipick`,
        ],
        [
          'OPTIPICK_STATE_DIR',
          String.raw`folder of what was submitted and received; default $XDG_STATE_HOME/optipick, ~/.local/state/optipick, %LOCALAPPDATA%\optipick`,
        ],
        [
          'OPTIPICK_STATE_URL',
          `address of a state that many machines share, in PostgreSQL: postgres://user@host/db (parameters sslmode,
          sslrootcert, schema, listen, migrate); then the folder is not used`,
        ],
        ['OPTIPICK_STATE_URL_FILE', 'a file that holds this address, such as a mounted secret'],
        ['OPTIPICK_RELAY_URL', 'relay of "optipick listen --relay"; default that of Svix, wss://api.relay.svix.com'],
        ['OPTIPICK_DEBUG', 'as --debug'],
      ],
    },
    { heading: 'Honored as everywhere' },
    {
      heads: HEADS,
      rows: [
        ['HTTPS_PROXY, HTTP_PROXY', 'proxy for calls of either scheme; lower case wins'],
        ['NO_PROXY', 'hosts that are reached without it'],
        ['NODE_EXTRA_CA_CERTS', 'a file of certificates to trust, for networks that inspect TLS'],
        ['NODE_TLS_REJECT_UNAUTHORIZED', 'read by Node.js; "optipick doctor" warns when it is 0'],
        ['NO_COLOR', 'no color'],
        ['FORCE_COLOR', 'color in a pipe, too: 0 to 3'],
        ['TERM, COLORTERM', 'what the terminal can show'],
        ['CI', 'a build server: no question, no line that is redrawn'],
        ['GITHUB_ACTIONS', 'set by GitHub: warnings and errors become annotations'],
        ['GITHUB_STEP_SUMMARY', 'set by GitHub: the file that --github-summary appends to'],
        ['XDG_CONFIG_HOME, XDG_STATE_HOME', 'folders in which those of optipick are; absolute paths only'],
        ['APPDATA, LOCALAPPDATA', 'the same on Windows'],
        ['HOME', 'the home folder; on Windows USERPROFILE'],
        ['TMPDIR', 'folder of temporary files; on Windows TEMP'],
        ['PGPASSWORD, PGPASSFILE', 'password for OPTIPICK_STATE_URL, where the address has none'],
        ['SystemRoot', 'on Windows the folder with the command that stops processes'],
      ],
    },
    `What is on this machine (localhost, *.localhost, 127.0.0.0/8, ::1) is never reached through a proxy.`,
    `optipick sends no telemetry and talks to the base URL only; to others when a flag or variable names them ("optipick listen --relay",
    --forward-to, "optipick trigger --to", OPTIPICK_STATE_URL).`,
  ];
}
