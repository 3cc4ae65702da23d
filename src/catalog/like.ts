import { invalidArgument } from "../errors.ts";

/** A LIKE pattern of the caller's. */
export interface LikePattern {
  /** Tells whether a name matches; letters of either case differ. */
  matches(name: string): boolean;
  /** The same pattern without escapes, for servers to narrow their answer by: it matches no less, whatever they escape with. */
  readonly loose: string;
}

type Step = "%" | "_" | { readonly character: string };

/**
 * Reads a LIKE pattern: `%` is any text, `_` any character, and a backslash takes their meaning from them and from itself.
 *
 * It is matched here, on the names as they come out, because Redshift's own LIKE knows case where Snowflake's SHOW … LIKE does not.
 *
 * @throws `INVALID_ARGUMENT` for what is no text, or ends in a backslash that escapes nothing.
 */
export function likePattern(pattern: unknown): LikePattern {
  if (typeof pattern !== "string") throw invalidArgument("like must be a string: a LIKE pattern such as 'event%'.");
  const steps = stepsOf(pattern);
  return {
    matches: (name) => matches(Array.from(name), steps),
    loose: steps.map((step) => (typeof step === "string" ? step : harmless(step.character))).join(""),
  };
}

function stepsOf(pattern: string): Step[] {
  const steps: Step[] = [];
  const characters = Array.from(pattern);
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] ?? "";
    if (character === "%" || character === "_") steps.push(character);
    else if (character !== "\\") steps.push({ character });
    else if (++at < characters.length) steps.push({ character: characters[at] ?? "" });
    else throw invalidArgument("like ends in a backslash that escapes nothing: write two for one.");
  }
  return steps;
}

function harmless(character: string): string {
  return /[%_\\\0]/.test(character) ? "_" : character;
}

/** Goes back to the last `%` only, so that no pattern takes longer than the product of both lengths. */
function matches(name: readonly string[], steps: readonly Step[]): boolean {
  let at = 0;
  let step = 0;
  let retry: { at: number; step: number } | undefined;
  while (at < name.length) {
    const next = steps[step];
    if (next === "%") {
      retry = { at, step: ++step };
    } else if (next !== undefined && (next === "_" || next.character === name[at])) {
      at++;
      step++;
    } else if (retry === undefined) {
      return false;
    } else {
      at = ++retry.at;
      step = retry.step;
    }
  }
  return steps.slice(step).every((rest) => rest === "%");
}
