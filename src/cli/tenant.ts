import type { Command } from "commander";
import { apiOptions, globalFlags } from "./connect-options.ts";
import { addListFlag, writeList, type ListFlags } from "./listing.ts";
import { cellText } from "./cell-text.ts";
import { note, type Ground } from "./ground.ts";
import { writeJson, writeText } from "./summary.ts";
import { UsageError } from "./usage.ts";

interface CredentialsFlags {
  readonly reveal?: boolean;
  readonly json?: boolean;
}

/** Adds `warehouses` and `credentials`: what the Peak API knows of the tenant. */
export function tenantCommands(program: Command, ground: Ground): void {
  const warehouses = program
    .command("warehouses")
    .description("list the tenant's data warehouses")
    .addHelpText(
      "after",
      '\nExample:\n  $ peak-warehouse warehouses\n  $ peak-warehouse query "select 1 as one" --warehouse-name analytics',
    );
  addListFlag(warehouses).action(async () => {
    const { listWarehouses } = await import("./library.ts");
    const found = await listWarehouses(await apiOptions(warehouses, ground));
    await writeList(ground, warehouses.optsWithGlobals<ListFlags>(), found, [
      "name",
      "type",
      "isDefault",
      "status",
      "id",
    ]);
  });

  const credentials = program
    .command("credentials")
    .description("show the tenant's credentials, without their secrets")
    .option("--reveal", "with password, token and connection string")
    .option("--json", "as JSON; the default where the output is no terminal")
    .addHelpText(
      "after",
      "\nExamples:\n  $ peak-warehouse credentials\n  $ peak-warehouse credentials --reveal --json > credentials.json",
    );
  credentials.action(async () => {
    const flags = credentials.opts<CredentialsFlags>();
    const { warehouseName, credentials: file } = globalFlags(credentials);
    if (file !== undefined) {
      throw new UsageError("These are the credentials that the Peak API gives: leave out --credentials.");
    }
    const { getCredentials } = await import("./library.ts");
    const found = await getCredentials({ ...(await apiOptions(credentials, ground)), warehouseName });
    // What is spread holds the secrets; what JSON asks the object for does not.
    const shown = { ...found, ...(flags.reveal === true ? {} : (JSON.parse(JSON.stringify(found)) as typeof found)) };
    if (flags.json === true || !ground.stdout.isTTY) {
      await writeJson(ground, shown);
      return;
    }
    const width = Math.max(...Object.keys(shown).map((name) => name.length));
    const lines = Object.entries(shown).map(([name, value]) => `${name.padEnd(width)}  ${cellText(String(value))}\n`);
    await writeText(ground, lines.join(""));
    if (flags.reveal !== true && globalFlags(credentials).quiet !== true)
      note(ground, "--reveal shows the secrets, too.");
  });
}
