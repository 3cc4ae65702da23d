import { isPlain, refuseTagged } from "./arguments.ts";
import { compiling, undefinedBinding } from "./refusals.ts";
import { holdsJson } from "./row-source.ts";
import type { Class, Compiled, Raw } from "./types.ts";

/** Derives a `raw()` whose names stay what they are, and whose complaint about values that are undefined holds no SQL. */
export function rawClass(Base: Class<Raw>): Class<Raw> {
  return class extends Base {
    override set(sql: string, bindings?: unknown): Raw {
      const isValue = holdsJson(bindings);
      refuseTagged(sql, isValue ? undefined : bindings);
      // One value alone, which need not stand in a list.
      return super.set(sql, isValue ? [bindings] : bindings);
    }

    override toSQL(method?: string, timeZone?: string): Compiled {
      const { sql, bindings } = this;
      // What is put in front of this has the types of what it hides.
      const raw = isPlain(bindings) ? (Object.create(this, byPlace(sql, bindings)) as Raw) : this;
      return compiling(() => super.toSQL.call(raw, method, timeZone));
    }
  };
}

/** As knex reads them: `:name:` is a name, `:name` a value, and a backslash takes the meaning from either. */
const named = /\\?(:(\w+):(?=::)|:(\w+):(?!:)|:(\w+))/g;

/**
 * Turns bindings by name into bindings by place. knex itself puts a name in with a replacement text, where `$&` in the name would have a
 * meaning.
 */
function byPlace(sql: string, bindings: Readonly<Record<string, unknown>>): PropertyDescriptorMap {
  const values: unknown[] = [];
  const replaced = (match: string, whole: string, ...names: (string | undefined)[]) => {
    if (match !== whole) return whole;
    const name = names[0] ?? names[1] ?? names[2] ?? "";
    // Not a binding, but a cast perhaps.
    if (!Object.hasOwn(bindings, name)) return match;
    const value = bindings[name];
    if (value === undefined)
      throw undefinedBinding(`Undefined binding(s) detected for keys [${name}] when compiling RAW`);
    values.push(value);
    return whole.endsWith(":") ? "??" : "?";
  };
  // A question mark of the text's own is none of the bindings.
  const escaped = sql.replace(/\\?\?/g, "\\?");
  return { sql: { value: escaped.replace(named, replaced) }, bindings: { value: values } };
}
