/**
 * Splits a text for `sh` into its simple commands, each a list of words, as far as documents go: quotes, comments, continued lines, pipes, `&&`,
 * and commands inside `$(…)`. What a variable holds is not known, and its name stays in the word.
 */
export function commandsOf(text: string): string[][] {
  const found: string[][] = [];
  let words: string[] = [];
  let word: string | undefined;
  const endWord = () => {
    if (word !== undefined) words.push(word);
    word = undefined;
  };
  const endCommand = () => {
    endWord();
    if (words.length > 0) found.push(words);
    words = [];
  };
  for (const [token, inSingle, inDouble] of text.replaceAll("\\\n", " ").matchAll(tokens)) {
    if (inSingle !== undefined) word = (word ?? "") + inSingle;
    else if (inDouble !== undefined) {
      word = (word ?? "") + inDouble.replace(/\\(["\\$`])/g, "$1");
      found.push(...substituted(inDouble));
    } else if (token.startsWith("$(")) {
      word = (word ?? "") + token;
      found.push(...substituted(token));
    } else if (/^[\n;|&]/.test(token)) endCommand();
    else if (/^[ \t]/.test(token)) endWord();
    else if (token === "#" && word !== undefined) word += token;
    else if (!token.startsWith("#")) word = (word ?? "") + token.replace(/^\\/, "");
  }
  endCommand();
  return found;
}

/** Single quotes, double quotes, a substitution, what ends a command, blanks, a comment, an escape, anything else. */
const tokens = /'([^']*)'|"((?:[^"\\]|\\[^])*)"|\$\([^)]*\)|\n|;|\|\|?|&&?|[ \t]+|(?<![^\s])#.*|\\[^]|[^]/g;

function substituted(text: string): string[][] {
  return [...text.matchAll(/\$\(([^)]*)\)/g)].flatMap(([, inner = ""]) => commandsOf(inner));
}

/** Gives the words behind `peak-warehouse`, also where `npx` starts it or variables are set for it; `undefined` for another command. */
export function ownArguments(words: readonly string[]): readonly string[] | undefined {
  const rest = words.slice(words.findIndex((word) => !/^\w+=/.test(word)));
  const [first, ...more] = rest[0] === "npx" ? rest.slice(1) : rest;
  const end = more.findIndex((word) => /^\d?[<>]/.test(word));
  return first === "peak-warehouse" ? more.slice(0, end === -1 ? undefined : end) : undefined;
}
