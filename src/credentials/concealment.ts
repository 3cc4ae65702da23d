import { inspect } from "node:util";

const secretFields = new Set(["password", "accessToken", "connectionString"]);

/**
 * Makes credentials safe to print: `console.log`, `inspect` and `JSON.stringify` show `<redacted>` for the secrets.
 *
 * The fields themselves stay ordinary ones, so `credentials.password`, destructuring and `{ ...credentials }` work as one
 * expects of something made to be handed to other tools. Making the fields non-enumerable instead would lose the password
 * in a spread; a spread's copy is a plain object and prints what it holds.
 */
export function concealed<T extends object>(credentials: T): T {
  const shown = () =>
    Object.fromEntries(
      Object.entries(credentials).map(([name, value]) => [name, secretFields.has(name) ? "<redacted>" : value]),
    );
  return Object.freeze(
    Object.defineProperties(credentials, { toJSON: { value: shown }, [inspect.custom]: { value: shown } }),
  );
}
