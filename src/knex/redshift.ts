import { unsupported } from "./refusals.ts";
import type { Class, Clause, QueryCompiler } from "./types.ts";

/** Refuses what Redshift's SQL does not have. */
export function redshiftCompilerClass(Common: Class<QueryCompiler>): Class<QueryCompiler> {
  return class extends Common {
    override _preValidate(): void {
      super._preValidate();
      if (this.single.onConflict !== undefined) {
        throw unsupported("onConflict()", "Redshift has no ON CONFLICT; send a MERGE with db.query()");
      }
      if (this.single.qualify !== undefined) {
        throw unsupported("qualify()", "on Redshift, number the rows in a subquery and keep those you want");
      }
    }

    override _aggregate(clause: Clause): string[] {
      if (clause.aggregateDistinct === true && columnsCounted(clause.value) > 1) {
        throw unsupported(
          "countDistinct() of several columns",
          "Redshift counts one; count the rows of a distinct subquery",
        );
      }
      return super._aggregate(clause);
    }
  };
}

function columnsCounted(value: unknown): number {
  if (typeof value !== "object" || value === null) return 1;
  const lists = Array.isArray(value) ? [value] : Object.values(value).filter(Array.isArray);
  return Math.max(1, ...lists.map((list: unknown[]) => list.length));
}
