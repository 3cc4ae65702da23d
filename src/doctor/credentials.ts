import { credentialSource, type CredentialsOption, type Received } from "../credentials/freshness.ts";
import { optionalValues, type OptionalOverrides } from "../credentials/optional-values.ts";
import { parseCredentials, type Credentials } from "../credentials/schema.ts";
import { failed, passed, warning, type Finding } from "./finding.ts";
import type { Call } from "../call.ts";
import type { ConnectOptions } from "../connect-options.ts";
import type { Advise, Conceal } from "./notes.ts";
import type { ApiWord } from "./platform.ts";

/** Reads the credentials that have come, or are given. @throws as `getCredentials()` for what cannot be used. */
export async function readCredentials(
  word: ApiWord,
  options: ConnectOptions,
  conceal: Conceal,
  call: Call,
): Promise<Finding<Received>> {
  if (word.kind === "refusal") {
    return failed(
      word.error.message,
      "Choose one of the warehouses that listWarehouses() shows; or connect one to the tenant in Peak.",
    );
  }
  const received =
    word.kind === "none" ? await given(options.credentials, conceal, call) : await answered(word.answer, conceal);
  concealAll(received.credentials, conceal);
  return judge(received, options);
}

async function given(option: CredentialsOption | undefined, conceal: Conceal, call: Call): Promise<Received> {
  concealAll(option, conceal);
  // There is no API to fall back on: this is for credentials that are given.
  const nowhere = async () => Promise.reject(new Error("no credentials were given"));
  return credentialSource(option, nowhere).fresh(call);
}

async function answered(
  { json, origin, ...received }: Extract<ApiWord, { kind: "answer" }>["answer"],
  conceal: Conceal,
) {
  // What cannot be read holds secrets, too.
  concealAll(json, conceal);
  return { credentials: await parseCredentials(json, origin), ...received };
}

function concealAll(holder: unknown, conceal: Conceal): void {
  if (typeof holder === "string") conceal([holder]);
  if (typeof holder !== "object" || holder === null) return;
  // Any object may be asked for any key; what a getter throws is told by who reads the field for good.
  for (const name of ["password", "accessToken", "connectionString"]) {
    try {
      const value: unknown = (holder as Readonly<Record<string, unknown>>)[name];
      if (typeof value === "string") conceal([value]);
    } catch {
      continue;
    }
  }
}

function judge(received: Received, overrides: OptionalOverrides): Finding<Received> {
  const { credentials } = received;
  const { dropped, ...values } = optionalValues(credentials, overrides);
  const { host, port, database, dataWarehouseType: type, authType } = credentials;
  const details = { type, authType, host, port, database, ...values };
  const place = Object.entries({ database, ...values }).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  const seen = `${kindOf(credentials)} at ${host}:${port}, ${place.join(", ")}`;
  if (dropped === undefined) return passed(seen, received, details);
  return warning(
    `${seen}; the application name ${JSON.stringify(dropped.application)} is left out: ${dropped.reason}`,
    "Pass the option application with a name that the warehouse takes, or change the name in Peak.",
    received,
    { ...details, dropped: dropped.application },
  );
}

function kindOf(credentials: Credentials): string {
  if (credentials.dataWarehouseType === "amazon_redshift") return "Redshift, user and password,";
  return credentials.authType === "oauth" ? "Snowflake, OAuth," : "Snowflake, user and password,";
}

/** Says what to do about credentials that cannot be used. @param isGiven - by the caller, rather than the API. */
export function adviseCredentials(isGiven: boolean): Advise {
  return ({ code }) => {
    if (code === "TIMEOUT") return "The function in the option credentials does not come to its end.";
    if (code === "UNSUPPORTED_WAREHOUSE")
      return "Choose another warehouse of the tenant, with the option warehouseName, or another way to log in for this one in Peak.";
    return isGiven
      ? "Correct what the option credentials gives; the names of the fields are those of getCredentials()."
      : "Complete the settings of the tenant's data warehouse in Peak.";
  };
}
