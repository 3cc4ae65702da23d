import { WarehouseError, withoutSecrets } from "../../errors.ts";
import type * as Sdk from "snowflake-sdk";

export type { Sdk };

/**
 * Loads snowflake-sdk, and is the one place that touches what it keeps for the whole process (listed in the
 * README). Without these switches an import asks cloud metadata addresses who we are and loads a native library, each login posts
 * telemetry, and the first connection writes to stdout and to ./snowflake.log.
 *
 * Environment variables that the application has set stay; the SDK's log level does not. Call it once for each driver, so that a
 * level that the application sets later stays, too.
 *
 * @throws `UNSUPPORTED_WAREHOUSE` where the package is not installed.
 */
export async function loadSdk(): Promise<typeof Sdk> {
  process.env.SNOWFLAKE_DISABLE_PLATFORM_DETECTION ??= "true";
  process.env.SNOWFLAKE_DISABLE_MINICORE ??= "1";
  process.env.SF_TELEMETRY_DISABLE_CONNECTION_SHAPE ??= "1";
  const sdk = await importSdk();
  sdk.configure({ logLevel: "OFF", additionalLogToConsole: false });
  return sdk;
}

async function importSdk(): Promise<typeof Sdk> {
  try {
    // The package is CommonJS: an import sees its exports as `default` only.
    const loaded = (await import("snowflake-sdk")) as unknown as { default: typeof Sdk };
    return loaded.default;
  } catch (error) {
    throw new WarehouseError(
      "UNSUPPORTED_WAREHOUSE",
      "The tenant's data warehouse is Snowflake, and the package snowflake-sdk could not be loaded. Install it: npm install snowflake-sdk@3",
      { cause: withoutSecrets(error), phase: "connect" },
    );
  }
}
