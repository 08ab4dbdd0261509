/** What `fanfare --help` prints. */
export const HELP = `Fanfare: self-hosted push notifications for chat.

Usage: fanfare <command> [options]

Commands:
  dev              Run the whole system in this terminal, with a demo
  init             Write .env with new secrets, for docker compose
  import           Load users, push tokens, preferences, mutes and groups from a file
  keys derive      Print fan-out's key, derived from the master key
  keys reseal      Encrypt all secrets anew after the master key was changed

Options:
  -h, --help       Show this help; "fanfare <command> --help" shows a command's
  -v, --version    Show the version`;

/** What `fanfare dev --help` prints. */
export const DEV_HELP = `Usage: fanfare dev [options]

Runs the whole system in this terminal: the API, the console, fan-out, sender, a
Redis of its own and a simulator that stands in for FCM, APNs and a webhook. Adds a
demo app with users and devices, sends one event of each kind and prints every
delivery as it happens. Ctrl-C stops it all.

Options:
  --port <port>    Port of the API (default: PORT, else 8080)
  --data <folder>  Folder for Redis data, keys and certificates (default: .fanfare/dev)
  -h, --help       Show this help

If a port is taken, the next free one is used and printed.

Environment:
  REDIS_URL            Use this Redis instead of a private one
  FANFARE_ADMIN_KEY    The operator's key (default: created once, kept in --data)
  FANFARE_MASTER_KEY   Encrypts provider secrets (default: created once, kept in --data)
  CONSOLE_PASSWORD     Opens the console (default: created once, kept in --data)
  HOST                 Address of the API, the console and the workers' health ports (default: 127.0.0.1)
  LOG_LEVEL            Minimum log level of the apps (default: warn)
  NO_COLOR             No colours
All other variables of the apps apply too, except FCM_ENDPOINT, APNS_ENDPOINT and
APNS_SANDBOX_ENDPOINT: pushes go to the simulator.`;

/** What `fanfare init --help` prints. */
export const INIT_HELP = `Usage: fanfare init [options]

Writes a file with new secrets: the operator's key, the master key and fan-out's,
the passwords of the console and of Redis. docker-compose.yml reads them from .env.
A file that exists is never overwritten.

Options:
  --file <file>    The file to write (default: .env)
  --print          Print the secrets instead
  -h, --help       Show this help`;

/** What `fanfare keys --help` prints. */
export const KEYS_HELP = `Usage: fanfare keys <derive|reseal>

  derive   Prints FANFARE_MEMBERSHIP_KEY for fanout, which decrypts the secrets of
           membership sources and nothing else.
  reseal   Encrypts every stored secret with the current key, and says what was on
           another one. Run it after FANFARE_MASTER_KEY has changed, with the old key
           in FANFARE_MASTER_KEY_PREVIOUS; may be repeated. Exits with 1 while there
           is a secret that no key opens.

Environment:
  FANFARE_MASTER_KEY            The current key
  FANFARE_MASTER_KEY_PREVIOUS   The one before it (reseal)
  REDIS_URL                     The registry's Redis (reseal)`;

/** What `fanfare import --help` prints. */
export const IMPORT_HELP = `Usage: fanfare import <file> [options]

Loads users, push tokens, preferences, mutes, groups and members (docs/import.md).
If it breaks off, the same command continues where it was; after that it starts
again, which changes nothing.

Options:
  --format <format>  ndjson: lines of an import; csv: the same as a table, with the
                     names of the fields in the first record; cometchat: saved
                     answers of CometChat's REST API (lists of users, groups,
                     members, push tokens). Default: by the file's name, .csv or
                     .json (cometchat), else ndjson
  --group <guid>     The group whose members a list of CometChat's contains
  --type <type>      The type of all lines of a CSV without a column "type"
  --dry-run          Only check the lines
  --print            Only print the lines
  --url <url>        The API (default: FANFARE_URL, else http://127.0.0.1:8080)
  --id <id>          Id of the import (default: one of the file)
  -h, --help         Show this help

Exits with 1 if lines were rejected, with 2 if the file was not imported.

Environment:
  FANFARE_API_KEY    A key with the scope "manage"
  FANFARE_URL        The API`;
