import { bound } from "../binder/bound.ts";
import type { BoundCall } from "../binder/calls.ts";
import { cast } from "../binder/casts.ts";
import { unified } from "../binder/expressions.ts";
import { nullLiteral } from "../binder/literals.ts";
import { storageType } from "../types/storage.ts";
import { fixed, real } from "../types/types.ts";
import type { AggregateMaker } from "./aggregates.ts";

const numbered =
  (name: string): AggregateMaker =>
  (call, over) =>
    bound(
      `CAST(${name}(${call.args.map((_, i) => call.whole(i)).join(", ")})${over} AS DECIMAL(18,0))`,
      fixed(18, 0),
      false,
    );

const share =
  (name: string): AggregateMaker =>
  (_call, over) =>
    bound(`${name}()${over}`, real, false);

const nulls = ({ call }: BoundCall): string => (call.ignoreNulls === true ? " IGNORE NULLS" : "");

const neighbour =
  (name: string): AggregateMaker =>
  (call, over) => {
    const value = call.arg(0);
    const otherwise = call.args[2] ?? nullLiteral;
    const type = unified([value, otherwise]);
    const [a, b] = [value, otherwise].map((one) => cast(one, type, call.context));
    return bound(
      `CAST(${name}(${a ?? ""}, ${call.whole(1, "1")}, ${b ?? ""}${nulls(call)})${over} AS ${storageType(type)})`,
      type,
    );
  };

const edge =
  (name: string): AggregateMaker =>
  (call, over) => {
    const { sql, type } = call.arg(0);
    const position = name === "nth_value" ? `, ${call.whole(1)}` : "";
    return bound(`${name}(${sql}${position}${nulls(call)})${over}`, type);
  };

/** Functions that exist only over a window. */
export const windowFunctions: Readonly<Record<string, AggregateMaker>> = {
  ROW_NUMBER: numbered("row_number"),
  RANK: numbered("rank"),
  DENSE_RANK: numbered("dense_rank"),
  NTILE: numbered("ntile"),
  PERCENT_RANK: share("percent_rank"),
  CUME_DIST: share("cume_dist"),
  LAG: neighbour("lag"),
  LEAD: neighbour("lead"),
  FIRST_VALUE: edge("first_value"),
  LAST_VALUE: edge("last_value"),
  NTH_VALUE: edge("nth_value"),
};
