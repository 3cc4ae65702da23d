import { refuseTagged } from "./arguments.ts";

/** What the callback of a join or a window is given. */
type Clause = Record<string, (...told: unknown[]) => unknown>;

/** The methods that take an object of columns. The others end in them, or ask of what they are told if it is raw. */
const methods = ["on", "andOn", "onVal", "partitionBy", "orderBy"];

/** Wraps the callback of a join or a window so that nothing is lost: knex would take what `sql` makes for an object without columns. */
export function guarded(callback: (this: unknown, clause: Clause) => unknown) {
  return (clause: Clause): unknown => {
    for (const method of methods) {
      const own = clause[method];
      if (own === undefined) continue;
      clause[method] = (first, ...rest) => {
        refuseTagged(first);
        return own.call(clause, isCallback(first) ? guarded(first) : first, ...rest);
      };
    }
    return callback.call(clause, clause);
  };
}

/** Tells a callback from the names of columns. */
export function isCallback(told: unknown): told is (this: unknown, clause: Clause) => unknown {
  return typeof told === "function";
}
