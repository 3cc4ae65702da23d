import { WarehouseError, withoutSecrets } from "./errors.ts";

/**
 * Makes what answers the import of a package that an install may have left out (`--omit=optional`, or a peer that the application brings):
 * `import("x").catch(notInstalled("x", …))`, in this form, by which bundlers see that it may be missing.
 *
 * @param need - what cannot be done without it, as the beginning of a sentence: "Parquet files".
 * @returns what throws `UNSUPPORTED`, with effect `"none"` and the command that installs it.
 */
export const notInstalled =
  (name: string, need: string) =>
  (error: unknown): never => {
    throw new WarehouseError(
      "UNSUPPORTED",
      `${need} need the package ${name}, which could not be loaded. Install it: npm install ${name}`,
      { cause: withoutSecrets(error), effect: "none" },
    );
  };
