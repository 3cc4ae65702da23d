import { createRequire } from "node:module";
import { Command } from "commander";
import { addGlobalFlags, globalFlags } from "./connect-options.ts";
import { endedByTimeout } from "./ended.ts";
import { exitCodeHelp } from "./exit-codes.ts";
import { duration } from "./quantities.ts";
import { queryCommand } from "./query.ts";
import { exportCommand } from "./export.ts";
import { loadCommand } from "./load.ts";
import { unloadCommand } from "./unload.ts";
import { catalogCommands } from "./catalog.ts";
import { tenantCommands } from "./tenant.ts";
import { environmentCommand } from "./environment.ts";
import { doctorCommand } from "./doctor.ts";
import { localCommand } from "./local.ts";
import type { Ground } from "./ground.ts";

const examples = `
Examples:
  $ export PEAK_API_KEY=…
  $ peak-warehouse query "select 1 as one"
  $ peak-warehouse tables
  $ peak-warehouse export "select * from events" events.parquet
  $ peak-warehouse local            # everything above without an account

${exitCodeHelp}

A secret is never taken from the command line, and never printed but where it is asked for: by
\`credentials --reveal\` and by \`env\`.`;

/** Builds the command line over a ground. @param tellError - what commander itself has to say of a wrong call. */
export function programOn(ground: Ground, tellError: (text: string) => void): Command {
  const program: Command = new Command("peak-warehouse")
    .description("The data warehouse of a Peak tenant, Amazon Redshift or Snowflake, from the command line.")
    .version(version(), "-V, --version")
    .exitOverride()
    .configureHelp({ showGlobalOptions: false })
    .configureOutput({
      writeOut: (text) => ground.stdout.write(text),
      writeErr: tellError,
      getOutHelpWidth: () => ground.stdout.columns || 100,
    })
    .showHelpAfterError("(add --help for what there is)")
    .addHelpText("after", examples)
    .addHelpText("afterAll", ({ command }) =>
      command === program
        ? ""
        : "\nFlags of every command, such as --schema, --timeout and --quiet: peak-warehouse --help",
    );
  addGlobalFlags(program);
  program.commandsGroup("Data:");
  queryCommand(program, ground);
  exportCommand(program, ground);
  unloadCommand(program, ground);
  loadCommand(program, ground);
  program.commandsGroup("What there is:");
  catalogCommands(program, ground);
  tenantCommands(program, ground);
  program.commandsGroup("Other tools, and help:");
  environmentCommand(program, ground);
  localCommand(program, ground);
  doctorCommand(program, ground);
  program.hook("preAction", (_, command) => limitTime(command, ground));
  return program;
}

function version(): string {
  // The package knows itself by its name, from the sources and from the build alike.
  const { version } = createRequire(import.meta.url)("peak-warehouse/package.json") as { version: string };
  return version;
}

/** Ends the run when its time is over. */
function limitTime(command: Command, ground: Ground): void {
  const { timeout } = globalFlags(command);
  if (timeout === undefined) return;
  setTimeout(() => ground.end(endedByTimeout(timeout)), duration(timeout)).unref();
}
