import { compiling } from "./refusals.ts";
import type { Compiled, RawClass } from "./classes.ts";

/** Derives a `raw()` whose complaint about values that are undefined holds no SQL. */
export function rawClass(Raw: RawClass): RawClass {
  return class extends Raw {
    override toSQL(method?: string, timeZone?: string): Compiled {
      return compiling(() => super.toSQL(method, timeZone));
    }
  };
}
