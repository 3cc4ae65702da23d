import { connectOptions, globalFlags } from "./connect-options.ts";
import { hasColors } from "./paint.ts";
import { duration } from "./quantities.ts";
import type { Command } from "commander";
import type { Ground } from "./ground.ts";

/** The flags of `doctor`. */
interface DoctorFlags {
  readonly exportTo?: string;
  readonly json?: boolean;
}

/** So much of the command's time is kept for saying what was found. */
const lastWordsMs = 2_000;

/** Adds `doctor`: whether the warehouse can be used from here, and what stands in the way. */
export function doctorCommand(program: Command, ground: Ground): void {
  program
    .command("doctor")
    .description("find out, stage by stage, whether the warehouse can be used from here, and what to do if not")
    .option("--export-to <target>", "tries a file or s3://bucket/prefix/, too")
    .option("--json", "what was found as JSON, without a secret")
    .addHelpText("after", help)
    .action(async (flags: DoctorFlags, command: Command) => {
      const { timeout } = globalFlags(command);
      const isOk = await examine(command, ground, flags, timeout === undefined ? undefined : duration(timeout));
      if (!isOk) ground.exitCode = 1;
    });
}

const help = `
Takes a minute at most, or --timeout. A paused Redshift Serverless takes longer to wake: --timeout 3m.
Ends with 0 where nothing has failed, else with 1.

Examples:
  $ peak-warehouse doctor
  $ peak-warehouse doctor --timeout 3m --export-to ./features.parquet
  $ peak-warehouse doctor --json > diagnosis.json`;

async function examine(
  command: Command,
  ground: Ground,
  { exportTo, json = false }: DoctorFlags,
  timeoutMs: number | undefined,
): Promise<boolean> {
  const { stdout, env, signal } = ground;
  const { diagnose, renderStage, renderVerdict } = await import("./library.ts");
  const rendering = { color: hasColors(stdout, env), width: stdout.isTTY ? stdout.columns || 80 : undefined };
  const diagnosis = await diagnose({
    ...(await connectOptions(command, ground)),
    signal,
    exportTo,
    // The run itself ends at its time, without another word.
    timeoutMs: timeoutMs === undefined ? undefined : Math.max(timeoutMs / 2, timeoutMs - lastWordsMs),
    onStage: json ? undefined : (stage) => stdout.write(renderStage(stage, rendering)),
  });
  stdout.write(json ? `${JSON.stringify(diagnosis, undefined, 2)}\n` : renderVerdict(diagnosis, rendering));
  return diagnosis.ok;
}
