import type { Statement } from "./statement.ts";

/**
 * Redshift's own settings with their defaults (AWS documentation, "Configuration reference"). PostgreSQL keeps them
 * under the prefix `redshift.`, so that SET, SET LOCAL, RESET and SHOW work as they do on a cluster.
 */
export const redshiftSettings: Readonly<Record<string, string>> = {
  activate_aqua: "auto",
  analyze_threshold_percent: "10",
  auto_analyze: "on",
  auto_mv: "on",
  cast_super_null_on_error: "on",
  datashare_break_glass_session_var: "",
  default_geometry_encoding: "1",
  describe_field_name_in_uppercase: "off",
  downcase_delimited_identifier: "on",
  enable_case_sensitive_identifier: "off",
  enable_case_sensitive_super_attribute: "off",
  enable_numeric_rounding: "on",
  enable_result_cache_for_session: "on",
  enable_vacuum_boost: "off",
  error_on_nondeterministic_update: "off",
  json_serialization_enable: "off",
  json_serialization_parse_nested_strings: "off",
  max_concurrency_scaling_clusters: "1",
  max_cursor_result_set_size: "0",
  mv_enable_aqmv_for_session: "on",
  navigate_super_null_on_error: "on",
  parse_super_null_on_error: "off",
  pg_federation_repeatable_read: "on",
  query_group: "unset",
  spectrum_enable_pseudo_columns: "on",
  spectrum_query_maxerror: "-1",
  use_fips_ssl: "off",
  wlm_query_slot_count: "1",
};

/** Settings of PostgreSQL that came after 8.0, which Redshift never heard of. */
const unknownSettings = new Set([
  "backslash_quote",
  "bytea_output",
  "client_connection_check_interval",
  "escape_string_warning",
  "idle_in_transaction_session_timeout",
  "idle_session_timeout",
  "intervalstyle",
  "jit",
  "lock_timeout",
  "row_security",
  "server_version_num",
  "standard_conforming_strings",
  "transaction_timeout",
  "xmloption",
]);

/** Whether the setting is one that Redshift answers with `unrecognized configuration parameter`. */
const isUnknownSetting = (name: string): boolean => unknownSettings.has(name.toLowerCase());

/** Is what the texts of a session are read with. */
export interface SqlMode {
  /** `enable_case_sensitive_identifier`; while false, even quoted identifiers fold to lower case. */
  caseSensitive: boolean;
  /** Names of the domains that stand for NUMERIC(p,s). */
  readonly numericTypes: ReadonlySet<string>;
  /** Whether there is an S3 for UNLOAD and COPY. */
  readonly bulk?: boolean;
  /** Whether time goes by a clock of the test's. */
  readonly isClocked?: boolean;
}

/** Translates SET, RESET and SHOW; `mode` follows what they set. */
export function translateSettings(statement: Statement, mode: SqlMode): void {
  const verb = statement.word(0);
  if (verb !== "set" && verb !== "reset" && verb !== "show") return;
  const at = verb === "set" && ["session", "local"].includes(statement.word(1)) ? 2 : 1;
  const name = statement.word(at);
  if (verb === "show" && name === "server_version") {
    statement.refuse({ code: "42501", message: 'must be superuser to examine "server_version"' });
  } else if (isUnknownSetting(name)) {
    statement.refuse({ code: "42704", message: `unrecognized configuration parameter "${name}"` });
  } else if (Object.hasOwn(redshiftSettings, name)) {
    statement.replace(at, at, `redshift.${name}`);
    if (name === "enable_case_sensitive_identifier" && verb !== "show") {
      mode.caseSensitive = verb === "set" && /^'?(?:on|true|yes|1)'?$/i.test(statement.text(at + 2));
    }
  }
}
