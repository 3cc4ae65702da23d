const simple: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f", "0": "\0" };
const escape = /''|\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|([0-7]{3})|([\s\S]))/g;

/**
 * Resolves the escapes of a single-quoted Snowflake string: doubled quotes, `\n` and its kin, `\ooo`, `\xhh` and `\uhhhh`; before
 * any other character the backslash is dropped.
 */
export const unescaped = (content: string): string =>
  content.replace(escape, (_all, unicode?: string, hex?: string, octal?: string, other?: string) => {
    if (unicode !== undefined) return String.fromCharCode(parseInt(unicode, 16));
    if (hex !== undefined) return String.fromCharCode(parseInt(hex, 16));
    if (octal !== undefined) return String.fromCharCode(parseInt(octal, 8));
    return other === undefined ? "'" : (simple[other] ?? other);
  });
