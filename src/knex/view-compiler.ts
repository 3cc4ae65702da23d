import { refuseTagged } from "./arguments.ts";
import { unsupported } from "./refusals.ts";
import { knexText } from "./texts.ts";
import type { Class, ViewCompiler } from "./types.ts";

/** Derives the compiler of views, whose queries hold their values as literals: neither warehouse takes a placeholder there. */
export function viewCompilerClass(Plain: Class<ViewCompiler>): Class<ViewCompiler> {
  return class extends Plain {
    create(): void {
      this.#create("create view");
    }

    createOrReplace(): void {
      this.#create("create or replace view");
    }

    #create(verb: string): void {
      const { columns, selectQuery, single } = this;
      refuseTagged(selectQuery);
      if (selectQuery === undefined) throw unsupported("a view without as()", "give it a query");
      if (single.checkOption !== undefined)
        throw unsupported("check options of views", "no warehouse writes into a view");
      const names = columns === undefined ? "" : ` (${this.formatter.columnize(columns)})`;
      this.pushQuery(`${verb} ${this.viewName()}${names} as ${knexText(selectQuery.toQuery())}`);
    }
  };
}
