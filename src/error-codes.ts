/**
 * Every `code` of an error, by the failure that decides its exit code, with its cause and what to do. `CliError` takes no
 * other code; docs/reference/exit-codes.md is generated from here. Codes stay: scripts rely on them.
 */

/** As texts of help are written: commands in quotes; sentences without a full stop. */
interface ErrorText {
  readonly cause: string;
  readonly fix: string;
}

const again = 'Run the command again later';
const help = 'Correct the command line; "optipick help <command>" shows what it takes';
const baseUrl = 'Check --base-url';

export const ERROR_CODES = {
  internal: {
    internal: {
      cause: 'A bug in optipick',
      fix: 'Run it with --debug, and report what it prints',
    },
  },
  usage: {
    usage: { cause: 'The command line is wrong', fix: help },
    answer_too_large: {
      cause: 'A file for "optipick diff" is larger than an answer can be',
      fix: 'Compare the answers of smaller requests',
    },
    bad_api_key: {
      cause: 'The API key is empty, or holds a blank, a line break or another character that no key has',
      fix: 'Copy it again from the web application, then run "optipick login"',
    },
    bad_base_url: {
      cause: 'The base URL is not an http or https URL without path, query and user name',
      fix: 'Correct --base-url, OPTIPICK_BASE_URL or the setting "base-url"',
    },
    bad_certificate: {
      cause: 'The files of --tls-cert and --tls-key are not a certificate and the key that belongs to it',
      fix: 'Give both in PEM form',
    },
    bad_count: { cause: 'A number of a flag is not a whole number in its range', fix: 'Give a number from 1 on' },
    bad_data: {
      cause: 'The value of "optipick trigger --data" is neither JSON nor "@" and the name of a file',
      fix: 'Quote the JSON for the shell, or write "--data @body.json"',
    },
    bad_delivery: {
      cause: 'A file holds no delivery that can be verified or replayed',
      fix: 'Give an HTTP request with its headers, as "optipick listen --record" writes it, or the parts of the delivery by flags',
    },
    bad_event: {
      cause: 'There is no event of that name, or no event can match the pattern',
      fix: 'Use "route.optimized", "cluster.optimized", or a pattern with "*"',
    },
    bad_faults: {
      cause: 'A fault of "optipick sandbox --faults" does not exist, or its rate is not from 0 to 1',
      fix: 'Write it as "--faults drop=0.2"; "optipick help sandbox" lists the faults',
    },
    bad_forward_url: {
      cause: 'The value of --forward-to is not an http or https URL without user name and password',
      fix: 'Give a port, a host with a port, or a whole URL',
    },
    bad_gate: {
      cause: 'The expression of --fail-if cannot be read, or lacks its unit',
      fix: 'Write a metric, a comparison and a value with its unit, such as "saving<5%" or "optimal_distance>200m"',
    },
    bad_kind: {
      cause: 'A function of the package was given another kind than "route" or "cluster"',
      fix: 'Pass one of the two',
    },
    bad_limit: { cause: 'The value of --limit is not a whole number from 1 on', fix: 'Give such a number' },
    bad_path: {
      cause: 'The value of --path cannot be the path of a webhook',
      fix: 'Write it as the URL has it, without a query: "--path /webhook"',
    },
    bad_port: { cause: 'A port is not a whole number from 0 to 65535', fix: 'Give such a number; 0 picks a free port' },
    bad_profile: {
      cause: 'The name of a profile has a character that no name has',
      fix: 'Use 1 to 64 letters, digits, ".", "_" and "-"',
    },
    bad_relay_token: {
      cause: 'The value of --relay is not a relay token',
      fix: 'Use --relay alone, "--relay new", or a token as "listen" printed it',
    },
    bad_relay_url: {
      cause: 'OPTIPICK_RELAY_URL is not the address of a relay',
      fix: 'Set it to a "wss://" URL, or unset it',
    },
    bad_request_body: {
      cause: 'A request that was given to the package cannot be written as JSON',
      fix: 'Pass a plain object without cycles, functions and big integers',
    },
    bad_request_id: {
      cause: 'What was given as a request id cannot be one',
      fix: 'Use the id that the submission returned',
    },
    bad_sandbox_option: {
      cause: 'An option of the sandbox has a value that it does not take',
      fix: 'Correct the value that the message names',
    },
    bad_secret: {
      cause: 'The webhook secret for the sandbox is malformed',
      fix: 'Use "whsec_" and standard base64, or leave it out to have one generated',
    },
    bad_site_file: {
      cause: 'A site file is not valid',
      fix: 'Correct the places that are listed below the error',
    },
    bad_source: {
      cause: 'A value of --allow-from is neither an address nor a range',
      fix: 'Use "svix", "svix-us", "svix-eu", an address or a range such as "203.0.113.0/24"',
    },
    bad_speed: {
      cause: 'The value of --pick-speed is not a speed',
      fix: 'Write a number and a unit, such as "1.2m/s" or "4.5km/h"',
    },
    bad_state_url: {
      cause: 'The address of the shared state is not one that optipick can use',
      fix: 'Write it as "postgres://user@host/db"; "optipick help environment" lists the parameters',
    },
    bad_status: {
      cause: 'The value of "optipick trigger --expect" is not a status',
      fix: 'Write "401", or "4xx" for a class',
    },
    bad_target_url: {
      cause: 'The value of "optipick trigger --to" is not an http or https URL',
      fix: 'Write it as "localhost:3000/hooks", or as a whole URL',
    },
    bad_timeout: { cause: '"--timeout 0" leaves no time for an answer', fix: 'Give a duration such as "30s"' },
    bad_url: {
      cause: 'The value of "optipick doctor --public-url" is not an http or https URL without a user name',
      fix: 'Write it whole: "--public-url https://hooks.example.com/webhook"',
    },
    bad_version: {
      cause: 'The value of "optipick state migrate --from" is not a version of the schema',
      fix: 'Use the version that "optipick state status" shows',
    },
    bad_wage: { cause: 'The value of --wage is not an amount an hour', fix: 'Write it as "25/h" or "EUR25/h"' },
    bad_webhook_secret: {
      cause: 'The webhook secret is empty, incomplete or malformed',
      fix: 'Copy the signing secret ("whsec_...") of the endpoint again',
    },
    bad_webhook_url: {
      cause: 'The address is none that the sandbox can send webhooks to',
      fix: 'Give a whole URL, for example "http://127.0.0.1:5000/webhook"',
    },
    body_not_kept: {
      cause: 'The recorded delivery has no body, as it was too large to be recorded',
      fix: 'Record it again with a larger "optipick listen --max-body"',
    },
    cannot_sign: {
      cause: 'A public key ("whpk_...") checks signatures and cannot sign',
      fix: 'Give a symmetric secret ("whsec_...")',
    },
    conflicting_options: { cause: 'Flags or arguments exclude each other, or one lacks its companion', fix: help },
    different_kinds: {
      cause: '"optipick diff" was given a route and a cluster',
      fix: 'Compare two answers of one kind',
    },
    empty_folder: {
      cause: 'The folder holds no file of a kind that is submitted',
      fix: 'Name the files, or give them an extension that is read',
    },
    empty_input: { cause: 'The input is empty', fix: 'Check the program or the export that writes it' },
    excess_arguments: { cause: 'The command takes fewer arguments', fix: help },
    forward_to_itself: {
      cause: '--forward-to names the listener itself',
      fix: 'Forward to the port of your own receiver, or listen on another port',
    },
    input_needed: {
      cause: '"login" has questions and may not ask them (--no-input, or no terminal)',
      fix: 'Pipe in the API key and the secret, a line each',
    },
    input_not_readable: { cause: 'A file or folder cannot be read', fix: 'Check its path and its rights' },
    input_too_large: { cause: 'The input is too large', fix: 'Submit each wave as a request of its own' },
    input_too_long: {
      cause: 'A file that should hold one value, such as a key, is far too long',
      fix: 'Check that the right file is named',
    },
    input_twice: {
      cause: 'A file is named twice, so that its requests would be sent twice',
      fix: 'Name each file once',
    },
    invalid_argument: { cause: 'A value is not one that the flag or argument takes', fix: help },
    invalid_duration: {
      cause: 'A value is not a duration',
      fix: 'Write a number and a unit: "500ms", "90s", "10m", "2h" or "1d"',
    },
    invalid_encoding: {
      cause: 'The input is not UTF-8, nor an encoding that it declares',
      fix: 'Export or convert it as UTF-8; the hint has the command',
    },
    invalid_json: { cause: 'The input is not valid JSON', fix: 'Correct it at the place that is named' },
    invalid_lines: {
      cause: 'The value of --skip-lines names no lines',
      fix: 'Write numbers or ranges, such as "2" or "1-3,5"',
    },
    invalid_map: {
      cause: 'A value of --map names no field, or no column of the table',
      fix: 'Write it as "--map location_id=Bin"; "optipick help csv" lists the fields',
    },
    invalid_parameter: {
      cause: 'The value of --param is not JSON',
      fix: 'Give a text its own quotes inside those of the shell',
    },
    invalid_request: {
      cause: 'A request lacks a field, or a field has a value that it does not take; nothing was sent',
      fix: 'Correct the listed places, or send the good rows alone with --skip-invalid',
    },
    invalid_size: { cause: 'A value is not a size', fix: 'Write a number and a unit: "512b", "64kb", "1mb" or "1gb"' },
    missing_argument: { cause: 'An argument or value is missing', fix: help },
    missing_mandatory_option_value: { cause: 'A flag without which the command cannot run is missing', fix: help },
    no_answer: {
      cause: 'A file for "optipick diff" is not the answer of a finished job',
      fix: 'Store an answer with "optipick poll <id> -o answer.json"',
    },
    no_body: {
      cause: 'The recorded request has no body, as it was rejected before its body was read',
      fix: 'Choose another delivery',
    },
    no_github_summary: {
      cause: '--github-summary was given outside of a run of GitHub Actions',
      fix: 'Use "--format md" or "--output report.md"',
    },
    no_state_url: {
      cause: 'The state is a file of this machine, which needs no migration by hand',
      fix: 'For a shared state set OPTIPICK_STATE_URL',
    },
    no_such_wave: {
      cause: 'The input has no wave of the name that --resubmit was given',
      fix: 'Use the name as an earlier run printed it',
    },
    not_an_export: {
      cause: 'The file was not written by "optipick state export", or was changed',
      fix: 'Give such a file, whole and unchanged',
    },
    not_interactive: {
      cause: 'A value has to be asked for, and there is no terminal',
      fix: 'Give it by a flag, the environment or stdin',
    },
    nothing_recorded: {
      cause: 'The folder holds no recorded delivery ("*.http")',
      fix: 'Record some with "optipick listen --record <folder>"',
    },
    nothing_to_check: { cause: '--skip leaves no check of "optipick trigger --suite"', fix: 'Skip fewer of them' },
    nothing_to_send: {
      cause: 'The input holds no request, or all its rows were rejected',
      fix: 'Look into the file of rejected rows that the message names',
    },
    option_missing_argument: { cause: 'A flag lacks its value', fix: help },
    parsed_body: {
      cause: '"verifyDelivery" was given a parsed body, and a signature covers the raw bytes',
      fix: 'Read the body before a JSON parser does, for example with "express.raw"',
    },
    remote_target: {
      cause: 'The target of "trigger" is on another machine; nothing was sent',
      fix: 'Add --yes when the endpoint is yours',
    },
    remote_webhook: {
      cause: 'The sandbox sends webhooks to this machine only',
      fix: 'Use an address of 127.0.0.1, or --allow-remote-webhooks',
    },
    secret_in_arguments: {
      cause: 'A secret was given on the command line, where other users can read it',
      fix: 'Type it in when it is asked for, or pipe it in',
    },
    stdin_taken: { cause: 'stdin is named twice, and can be read once', fix: 'Give one of the two as a file' },
    stdin_unreadable: { cause: 'stdin cannot be read', fix: 'Check what it is connected to, or give a file' },
    unknown_check: {
      cause: '"optipick trigger --suite" has no check of that name',
      fix: 'Use one of the names that the hint lists',
    },
    unknown_command: { cause: 'There is no such command', fix: '"optipick help" lists the commands' },
    unknown_event: {
      cause: 'No delivery with that id is in this state',
      fix: '"optipick events list" shows what was received',
    },
    unknown_format: { cause: 'There is no such format for this output', fix: 'Choose one with --format' },
    unknown_framework: { cause: 'There is no code for that framework', fix: 'Use one of those that the hint lists' },
    unknown_help_topic: {
      cause: 'There is no command or topic of that name',
      fix: '"optipick help" lists commands and topics',
    },
    unknown_option: { cause: 'The command has no such flag', fix: help },
    unknown_role: {
      cause: 'The database has no role of the name that --grant-to was given',
      fix: 'Create it first, with CREATE ROLE',
    },
    unknown_setting: { cause: 'There is no such setting', fix: '"optipick config list" shows the settings' },
    wave_not_found: { cause: 'The input has no wave of the name that --wave was given', fix: 'Use a listed wave' },
  },
  failed: {
    failed: { cause: 'Something of what was asked for failed', fix: 'See the lines above the error' },
    audit_failed: {
      cause: 'The answer fails the audit, and --strict makes that an error',
      fix: 'Read the warnings above the error',
    },
    gate_tripped: {
      cause: 'A gate of --fail-if tripped',
      fix: 'Look at the figures of the answer, or change the gate',
    },
    job_failed: {
      cause: 'The optimization itself failed',
      fix: 'Read its reason: "optipick cluster get <id> --json" or "optipick route get <id> --json"',
    },
    not_accepted: { cause: 'The endpoint answered a signed webhook with another status than 2xx', fix: 'See its log' },
    not_expected: { cause: 'The endpoint answered with another status than --expect names', fix: 'See its log' },
    not_rejected: {
      cause: 'The endpoint accepted a webhook that was deliberately invalid',
      fix: 'Let it verify signatures; "optipick trigger --suite --framework <name>" prints the code',
    },
    suite_failed: {
      cause: 'A check of "optipick trigger --suite" failed',
      fix: 'Read what to fix below it; "--framework <name>" prints the code',
    },
  },
  auth: {
    auth: { cause: 'A key or secret is missing or was rejected', fix: 'Run "optipick login"' },
    key_rejected: {
      cause: 'The API rejected the key (HTTP 401 or 403): it is mistyped, deleted or expired',
      fix: 'Create one under Settings > API Keys in the web application, then run "optipick login"',
    },
    no_api_key: {
      cause: 'There is no API key: no flag, no variable, and none in the profile',
      fix: 'Run "optipick login", or set OPTIPICK_API_KEY',
    },
    no_subscription: {
      cause: 'The key is valid, and the account has no subscription for this call (HTTP 402)',
      fix: 'Ask Optioryx for the subscription, or use the key of another account',
    },
    no_webhook_secret: {
      cause: 'There is no webhook secret: no file, no variable, and none in the profile',
      fix: 'Run "optipick login", or set OPTIPICK_WEBHOOK_SECRET',
    },
    not_set: { cause: 'The key or secret is not stored', fix: 'Store it with "optipick config set <key>"' },
  },
  refused: {
    refused: { cause: 'The API refused the request with another 4xx', fix: 'Read its words in the message' },
    answer_not_kept: {
      cause: 'The request was answered in an earlier run, and that answer named no id to ask for',
      fix: 'To send it once more, use "--resubmit <wave>"',
    },
    bad_request: { cause: 'The API refused the request as malformed (HTTP 400)', fix: 'Read its words in the message' },
    conflict: {
      cause: 'The API refused the request because of a conflict (HTTP 409)',
      fix: 'Read its words in the message',
    },
    invalid_request: {
      cause: 'The API found a field invalid (HTTP 422)',
      fix: 'Correct the listed fields; "optipick help request" describes them',
    },
    no_request_id: {
      cause: 'The API accepted the request without giving it an id',
      fix: 'Look in the web application first: sending it again may create a second job',
    },
    not_found: {
      cause: 'The API does not know the request id, or its answer is not available yet (HTTP 404)',
      fix: 'Check the id and the kind; if it was submitted just now, "optipick poll <id>"',
    },
    not_the_api: {
      cause: 'A web page arrived instead of an answer of the API',
      fix: `${baseUrl}, and whether the network wants you to log in first`,
    },
    redirect_refused: {
      cause: 'The API answered with a redirect, which is never followed with a key',
      fix: 'Set --base-url to the address that the message names, if you trust it',
    },
    too_large: { cause: 'The request is too large for the API (HTTP 413)', fix: 'Send fewer picks in one request' },
  },
  unavailable: {
    unavailable: { cause: 'The service cannot be reached, or has trouble', fix: again },
    aborted: { cause: 'A call was stopped before its end', fix: again },
    answer_cut: {
      cause: 'The connection ended in the middle of the answer',
      fix: 'Fetch it again: "optipick poll <id>"',
    },
    answer_too_large: {
      cause: 'The answer passes a limit: its size, its depth or its number of values',
      fix: 'Store it unread with "optipick cluster get <id> -o answer.json", or send smaller requests',
    },
    connection_refused: {
      cause: 'Nothing listens at the address',
      fix: `${baseUrl}; start a sandbox with "optipick sandbox"`,
    },
    connection_reset: { cause: 'The connection broke', fix: again },
    damaged_answer: { cause: 'The answer is incomplete JSON', fix: again },
    may_have_been_accepted: {
      cause: 'The connection failed after the request had left: there may be a job, or none',
      fix: 'Look in the web application first: sending it again may create a second job',
    },
    name_not_found: {
      cause: 'The name of the server cannot be resolved',
      fix: `${baseUrl} and the network connection`,
    },
    network: { cause: 'The network failed in another way', fix: `${again}; --debug shows the requests` },
    not_http: { cause: 'What answers at the address is not HTTP', fix: baseUrl },
    proxy: { cause: 'The proxy cannot be reached, or failed', fix: 'Check HTTPS_PROXY, HTTP_PROXY and NO_PROXY' },
    proxy_setup: {
      cause: 'The address of the proxy is wrong, or the proxy wants a password',
      fix: 'Correct it; with a password: "user:password@proxy.example.com:3128"',
    },
    rate_limited: { cause: 'The API asks for fewer requests (HTTP 429)', fix: again },
    relay_refused: {
      cause: 'Another listener may receive at this inbox of the relay',
      fix: 'Stop it, or take another inbox with "--relay new"',
    },
    relay_unreachable: {
      cause: 'The relay could not be reached before --timeout',
      fix: 'Check the network connection, and HTTPS_PROXY if there is a proxy',
    },
    server_error: { cause: 'The API has trouble (HTTP 5xx), after all retries', fix: again },
    target_dead: {
      cause: 'The endpoint of "trigger" did not answer',
      fix: 'Start the service, and check port and path',
    },
    timed_out: { cause: 'There was no answer before --timeout', fix: 'Allow more with --timeout, or try again later' },
    timeout: { cause: 'The server did not answer in time, after all retries', fix: again },
    tls: {
      cause: 'The certificate of the server is not trusted, or the server does not speak TLS',
      fix: `${baseUrl}; if the network inspects TLS, set NODE_EXTRA_CA_CERTS`,
    },
    unknown_coding: {
      cause: 'The answer is compressed in a way that optipick does not know',
      fix: 'Let the server, or the proxy before it, use gzip, deflate, br, zstd or none',
    },
  },
  environment: {
    environment: { cause: 'A file, folder or port of this machine is in the way', fix: 'Run "optipick doctor"' },
    address_unavailable: {
      cause: 'This machine does not have the address of --host',
      fix: 'Use "--host 127.0.0.1", or "0.0.0.0" for all addresses',
    },
    cannot_listen: { cause: 'The port cannot be opened', fix: 'Choose another with --port' },
    config_corrupt: { cause: 'The settings file is damaged', fix: 'Fix it, or move it away and run "optipick login"' },
    config_unreadable: {
      cause: 'The settings file cannot be read',
      fix: 'Make it readable, or set OPTIPICK_CONFIG_DIR',
    },
    config_unwritable: {
      cause: 'The settings file cannot be written',
      fix: 'Make its folder writable, or set OPTIPICK_CONFIG_DIR',
    },
    inbox_unavailable: {
      cause: 'The inbox cannot be read or written',
      fix: 'Free space on the disk, and check the rights of the state folder',
    },
    lock_unusable: {
      cause: 'The lock of a file cannot be used',
      fix: 'Move it away, or set OPTIPICK_CONFIG_DIR',
    },
    locked: { cause: 'Another optipick holds a file', fix: 'Wait until it has ended, or stop it' },
    no_browser: {
      cause: 'No browser could be started on this machine',
      fix: 'Open the printed address in one',
    },
    no_home: {
      cause: 'The home folder of the user is not known',
      fix: 'Set "HOME", or the folder that the hint names',
    },
    not_a_file: {
      cause: 'A folder, pipe, socket or device is in the place of a file',
      fix: 'Move it away, and run the command again',
    },
    output_failed: { cause: 'stdout or stderr cannot be written', fix: 'Free space on the disk that it goes to' },
    output_not_writable: { cause: 'The output file cannot be written', fix: 'Create its folder, and check its rights' },
    pipe_unattended: {
      cause: 'No program is at the other end of a named pipe',
      fix: 'Start that program first, or name a regular file',
    },
    port_forbidden: { cause: 'This user may not open the port', fix: 'Choose a port above 1023 with --port' },
    port_in_use: {
      cause: 'Another program uses the port',
      fix: 'Choose another with --port, or a free one with "--port 0"',
    },
    profile_in_use: {
      cause: 'The profile holds a key or secret that no sandbox generated; it was not changed',
      fix: 'Choose another name for --save-profile',
    },
    record_folder_not_writable: {
      cause: 'The folder of "optipick listen --record" cannot be written',
      fix: 'Give a folder that can be created and written to',
    },
    state_corrupt: {
      cause: 'A file of the state is damaged',
      fix: 'Move it away; "optipick doctor" prints the command',
    },
    state_in_use: {
      cause: 'A listener works on the state that is imported',
      fix: 'Stop it, and import again: nothing is imported twice',
    },
    state_not_durable: {
      cause: 'The server of the shared state may lose what it has committed',
      fix: 'Change the setting that the hint names',
    },
    state_not_migrated: {
      cause: 'The tables of the shared state are missing or old',
      fix: 'Run "optipick state migrate" as a role that may create them',
    },
    state_too_new: { cause: 'A newer optipick wrote the state', fix: 'Update optipick' },
    state_unavailable: {
      cause: 'The state cannot be used: the server, its rights, or the file',
      fix: '"optipick state status" shows what is wrong',
    },
    state_value_rejected: {
      cause: 'PostgreSQL cannot store a value',
      fix: 'Read in the message which one',
    },
    temporary_file_failed: {
      cause: 'The temporary file of the input cannot be written or read',
      fix: 'Free space in the temporary folder, or set "TMPDIR"',
    },
  },
  pending: {
    pending: { cause: 'The job is still running', fix: again },
    accepted_asynchronously: {
      cause: 'The server accepted the request of --sync and did not wait for its result',
      fix: 'Wait for it: "optipick poll <id>"',
    },
    not_finished: {
      cause: 'The job is still running (--once, "get", or --timeout has passed)',
      fix: 'Wait for it: "optipick poll <id>"',
    },
    timed_out: {
      cause: 'What "listen" waited for did not arrive before --timeout',
      fix: 'See what arrived: "optipick events list"',
    },
  },
  signature: {
    signature: { cause: 'A signature does not verify', fix: 'Find out why: "optipick verify <file>"' },
    asymmetric_only: {
      cause: 'The delivery is signed with a key pair alone',
      fix: 'Give the public key ("whpk_...") as the secret',
    },
    body_changed: {
      cause: 'The body was modified after it was signed: re-serialized, cut, or read in another encoding',
      fix: 'Verify the raw bytes; "optipick verify --framework <name>" prints the code',
    },
    clock: { cause: 'The clock of this machine is off', fix: 'Set it (NTP)' },
    header_changed: { cause: 'A signature header was modified', fix: 'Find the proxy or code that rewrites headers' },
    header_missing: { cause: 'A signature header is missing', fix: 'Let every hop pass on the three headers' },
    malformed_header: {
      cause: 'A signature header cannot be read',
      fix: 'Find the proxy or code that rewrites headers',
    },
    malformed_timestamp: {
      cause: 'The timestamp is not a number of seconds',
      fix: 'Find the proxy or code that rewrites headers',
    },
    missing_header: { cause: 'A signature header is missing or empty', fix: 'Let every hop pass on the three headers' },
    no_match: {
      cause: 'No secret in use fits: another secret, or a modified body, id or timestamp',
      fix: 'Use the secret of the endpoint that sends here; "optipick verify <file>" finds the cause',
    },
    other_message: {
      cause: 'The signature belongs to another message',
      fix: 'Give body and headers of the same delivery',
    },
    other_secret: {
      cause: 'The delivery was signed with another secret',
      fix: 'Use the signing secret of the endpoint that received it',
    },
    secret_malformed: { cause: 'The secret is malformed', fix: 'Copy the signing secret ("whsec_...") again' },
    too_new: {
      cause: 'The timestamp of the signature is in the future',
      fix: 'Set the clock of this machine (NTP), or allow more with --tolerance',
    },
    too_old: {
      cause: 'The timestamp of the signature is too old: a wrong clock, or a delivery that was replayed',
      fix: 'Set the clock of this machine (NTP), or allow more with --tolerance',
    },
    unknown: { cause: 'None of the known causes fits, or several fit equally', fix: 'Compare with a fresh delivery' },
    unsupported_scheme: {
      cause: 'There is no signature of a scheme that the secrets in use can check',
      fix: 'Give the secret that belongs to the scheme: "whsec_..." for "v1", "whpk_..." for "v1a"',
    },
  },
  interrupted: {
    interrupted: { cause: 'Ctrl-C, or SIGINT', fix: 'Run the command again: what was submitted is remembered' },
  },
  terminated: {
    terminated: { cause: 'SIGTERM', fix: 'Run the command again: what was submitted is remembered' },
  },
  /** With the exit code of the worst of what failed. */
  several: {
    faults_found: { cause: '"doctor" found an error', fix: 'Run the command below each error' },
    replay_failed: { cause: 'Some deliveries could not be replayed', fix: 'See the line of each' },
  },
} satisfies Readonly<Record<string, Readonly<Record<string, ErrorText>>>>;

type Codes = typeof ERROR_CODES;

/** A stable word for scripts, finer than the exit code. */
export type ErrorCode = { readonly [Failure in keyof Codes]: keyof Codes[Failure] }[keyof Codes];
