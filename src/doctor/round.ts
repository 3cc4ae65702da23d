import { adviseConfiguration, configure, type Configuration } from "./configuration.ts";
import { adviseCredentials, readCredentials } from "./credentials.ts";
import { hostOf, inspectHost } from "./host.ts";
import { adviseLogin, logIn } from "./login.ts";
import { adviseReach, adviseTls, knock, lookUp } from "./network.ts";
import { adviseApi, askApi, judgeKey } from "./platform.ts";
import { locate, versionOf } from "./session.ts";
import {
  adviseDecoding,
  adviseQuery,
  adviseWarehouse,
  compareDecoding,
  measureLatency,
  selectOne,
  wakeWarehouse,
} from "./statements.ts";
import { adviseStorage, adviseTarget, judgeStorage, tryTarget } from "./storage.ts";
import { judgeToken } from "./token.ts";
import { listVersions } from "./versions.ts";
import type { BucketOptions } from "../bulk/bucket.ts";
import type { ConnectOptions } from "../connect-options.ts";
import type { Received } from "../credentials/freshness.ts";
import type { Warehouse } from "../warehouse.ts";
import type { Notes } from "./notes.ts";

/** Who is examined. */
export interface Patient {
  readonly notes: Notes;
  readonly options: ConnectOptions;
}

/** How long the session's end is waited for. */
const closeTimeoutMs = 1_000;

/** Examines what leads to the credentials. */
export async function examinePlatform({ notes, options }: Patient) {
  const { conceal } = notes;
  const configuration = await notes.examine(
    "configuration",
    {},
    {
      look: () => configure(options, conceal),
      advise: adviseConfiguration,
    },
  );
  const api = await notes.examine(
    "api",
    { configuration },
    { look: async ({ configuration: { api } }, call) => askApi(api, options, call), advise: adviseApi },
  );
  const key = await notes.examine("key", { api }, { look: ({ api }) => judgeKey(api) });
  const credentials = await notes.examine(
    "credentials",
    { key },
    {
      look: async ({ key }, call) => readCredentials(key, options, conceal, call),
      advise: adviseCredentials(options.credentials !== undefined),
    },
  );
  return { configuration, credentials };
}

/** Examines the way to the host, up to where a login begins. */
export async function examineWay(
  { notes, options }: Patient,
  known: { readonly configuration: Configuration | undefined; readonly credentials: Received | undefined },
) {
  const { credentials } = known;
  const token = await notes.examine("token", { credentials }, { look: ({ credentials }) => judgeToken(credentials) });
  const dns = await notes.examine("dns", known, {
    async look({ credentials, configuration }) {
      const host = hostOf(credentials, configuration, options);
      const { proxy } = host.destination;
      notes.conceal([proxy?.password, proxy?.url.password]);
      const finding = await lookUp(host.destination);
      return { ...finding, gives: finding.gives && { host, addresses: finding.gives } };
    },
  });
  const tcp = await notes.examine(
    "tcp",
    { dns },
    {
      look: async ({ dns: { host } }, call) => knock(host.destination, call),
      advise: (error, { dns: { host, addresses } }) => adviseReach(host.destination, addresses)(error),
    },
  );
  const tls = await notes.examine(
    "tls",
    { dns, tcp },
    { look: async ({ dns: { host } }, call) => inspectHost(host, call), advise: adviseTls },
  );
  return { token, tls };
}

/** Logs in and asks. Gives the server's version, where it has said it. */
export async function examineWarehouse(
  patient: Patient,
  known: {
    readonly credentials: Received | undefined;
    readonly token: true | undefined;
    readonly tls: true | undefined;
  },
): Promise<string | undefined> {
  const login = await patient.notes.examine("login", known, {
    look: async (_, call) => logIn(patient.options, call),
    advise: (error, { credentials: { credentials } }) => adviseLogin(credentials)(error),
  });
  try {
    return await examineSession(patient, { login, credentials: known.credentials });
  } finally {
    await login?.close({ timeoutMs: closeTimeoutMs });
  }
}

async function examineSession(
  { notes, options }: Patient,
  known: { readonly login: Warehouse | undefined; readonly credentials: Received | undefined },
): Promise<string | undefined> {
  const { login } = known;
  const session = await notes.examine("session", known, {
    look: async ({ login, credentials: { credentials } }, call) => locate(login, credentials, options, call),
    advise: adviseQuery,
  });
  await notes.examine(
    "warehouse",
    { login, session },
    { look: async ({ login, session }, call) => wakeWarehouse(login, session, call), advise: adviseWarehouse },
  );
  await notes.examine(
    "query",
    { login },
    { look: async ({ login }, call) => selectOne(login, call), advise: adviseQuery },
  );
  await notes.examine(
    "latency",
    { login },
    { look: async ({ login }, call) => measureLatency(login, call), advise: adviseQuery },
  );
  await notes.examine(
    "decoding",
    { login },
    { look: async ({ login }, call) => compareDecoding(login, call), advise: adviseDecoding },
  );
  return login && session && versionOf(login.type, session);
}

/** Examines where data in bulk is to go. */
export async function examineTarget(
  { notes }: Patient,
  { credentials }: { readonly credentials: Received | undefined },
  exportTo: string | undefined,
  bucket: BucketOptions,
): Promise<void> {
  await notes.examine(
    "storage",
    { credentials },
    { look: ({ credentials: { credentials } }) => judgeStorage(credentials), advise: adviseStorage },
  );
  await notes.examine(
    "export",
    {},
    { look: async (_, call) => tryTarget(exportTo, bucket, call), advise: adviseTarget },
  );
}

/** Lists what was at work. */
export async function examineVersions({ notes }: Patient, server: string | undefined): Promise<void> {
  await notes.examine("versions", {}, { look: () => listVersions(server) });
}
