import { WarehouseError, withoutSecrets } from "./errors.ts";

/**
 * Loads a package that an install may have left out (`--omit=optional`, or a peer that the application brings).
 *
 * @param need - what cannot be done without it, as the beginning of a sentence: "Parquet files".
 * @param load - imports it by its name, so that bundlers see which.
 * @throws `UNSUPPORTED`, with effect `"none"` and the command that installs it.
 */
export async function loadOptional<Loaded>(name: string, need: string, load: () => Promise<Loaded>): Promise<Loaded> {
  try {
    return await load();
  } catch (error) {
    throw new WarehouseError(
      "UNSUPPORTED",
      `${need} need the package ${name}, which could not be loaded. Install it: npm install ${name}`,
      { cause: withoutSecrets(error), effect: "none" },
    );
  }
}
