import { bound } from "../binder/bound.ts";
import type { Maker } from "../binder/calls.ts";
import { nullLiteral } from "../binder/literals.ts";
import { unsupported } from "../errors.ts";
import { literal } from "../types/storage.ts";
import { text, typeName } from "../types/types.ts";

/** Makes a function that reports a fact about the session. */
const fact =
  (name: string): Maker =>
  ({ context }) => {
    const value = context.fact(name);
    return value === null
      ? { ...nullLiteral, isNull: false }
      : { ...bound(literal(value), text(), false), constant: value };
  };

const facts =
  "CURRENT_USER CURRENT_ROLE CURRENT_WAREHOUSE CURRENT_DATABASE CURRENT_SCHEMA CURRENT_SESSION CURRENT_VERSION CURRENT_ACCOUNT CURRENT_ACCOUNT_NAME " +
  "CURRENT_ORGANIZATION_NAME CURRENT_REGION CURRENT_CLIENT CURRENT_STATEMENT CURRENT_TRANSACTION CURRENT_SECONDARY_ROLES CURRENT_AVAILABLE_ROLES CURRENT_SCHEMAS CURRENT_IP_ADDRESS";

const units: Readonly<Record<string, number>> = {
  SECONDS: 1,
  MINUTES: 60,
  HOURS: 3600,
  DAYS: 86_400,
  MILLISECONDS: 0.001,
};

// The wait happens before DuckDB runs the statement, where a cancel can end it.
const wait: Maker = (call) => {
  const amount = call.arg(0).constant;
  const unit = call.args[1] === undefined ? "SECONDS" : call.word(1).toUpperCase();
  const size = units[unit];
  if (typeof amount !== "number" || size === undefined) throw unsupported("SYSTEM$WAIT with these arguments");
  call.context.wait(amount * size * 1000);
  return bound(literal(`waited ${amount} ${unit.toLowerCase()}`), text(), false);
};

/** Functions that report where and as whom a statement runs. */
export const contextFunctions: Readonly<Record<string, Maker>> = {
  ...Object.fromEntries(facts.split(" ").map((name) => [name, fact(name)])),
  LAST_QUERY_ID: (call) => {
    if (call.args.length > 0) throw unsupported("LAST_QUERY_ID with an argument");
    return fact("LAST_QUERY_ID")(call);
  },
  SYSTEM$WAIT: wait,
  SYSTEM$TYPEOF: (call) =>
    bound(
      literal(`${typeName(call.arg(0).type)}[${call.arg(0).type.kind === "fixed" ? "SB16" : "LOB"}]`),
      text(),
      false,
    ),
};
