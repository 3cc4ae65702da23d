/** The name of a stage, by which programs know it. */
export type StageName =
  | "configuration"
  | "api"
  | "key"
  | "credentials"
  | "token"
  | "dns"
  | "tcp"
  | "tls"
  | "login"
  | "session"
  | "warehouse"
  | "query"
  | "latency"
  | "decoding"
  | "storage"
  | "export"
  | "versions";

/**
 * The stages of a diagnosis in their order: the name by which programs know each, the title that people read, and the share of the
 * whole time that it may take at most; 0 for those that wait for nothing.
 */
export const stages = {
  configuration: { title: "Configuration", share: 0 },
  api: { title: "Peak API", share: 1 / 4 },
  key: { title: "API key", share: 0 },
  credentials: { title: "Credentials", share: 1 / 4 },
  token: { title: "OAuth token", share: 0 },
  dns: { title: "Host: DNS", share: 1 / 12 },
  tcp: { title: "Host: TCP", share: 1 / 6 },
  tls: { title: "Host: TLS", share: 1 / 6 },
  login: { title: "Login", share: 3 / 4 },
  session: { title: "Role and schema", share: 1 / 6 },
  warehouse: { title: "Virtual warehouse", share: 1 / 2 },
  query: { title: "select 1", share: 1 / 4 },
  latency: { title: "Latency", share: 1 / 4 },
  decoding: { title: "Decoding", share: 1 / 4 },
  storage: { title: "Storage access", share: 0 },
  export: { title: "Export target", share: 1 / 4 },
  versions: { title: "Versions", share: 0 },
} as const satisfies Readonly<Record<StageName, { readonly title: string; readonly share: number }>>;

/**
 * How a stage ended. `"failed"`: the warehouse cannot be used as it is configured, or not for this. `"warning"`: it can, and something is odd.
 * `"skipped"`: there was nothing to look at, or what it takes has failed.
 */
export type Outcome = "passed" | "failed" | "warning" | "skipped";

/** What one stage of a diagnosis has found. No text in it holds a secret. */
export interface Stage {
  /** Which one. */
  readonly name: StageName;
  /** The name for people. */
  readonly title: string;
  /** How it ended. */
  readonly outcome: Outcome;
  /** What was seen, in a sentence. */
  readonly seen: string;
  /** What to do next: there for whatever failed, and for most warnings. */
  readonly advice?: string;
  /** Milliseconds that it took. */
  readonly elapsedMs: number;
  /** The facts behind the sentence, such as addresses, certificates and versions: values of JSON. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** What `diagnose()` gives: values of JSON, without a secret. */
export interface Diagnosis {
  /** Whether no stage has failed. */
  readonly ok: boolean;
  /** Every stage, in order. */
  readonly stages: readonly Stage[];
}
