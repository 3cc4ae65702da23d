import { readFileSync } from "node:fs";
import { Writable } from "node:stream";
import { describe, expect, test } from "vitest";
import { CommanderError, type Command } from "commander";
import { programOn } from "../../src/cli/program.ts";
import { groundOf } from "../../src/cli/ground.ts";
import { endedBySignal } from "../../src/cli/ended.ts";
import { blocksOf, codes, documents, root, withoutBlocks } from "./document.ts";
import { commandsOf, ownArguments } from "./shell.ts";

interface Shown {
  readonly place: string;
  readonly line: string;
  readonly words: readonly string[];
}

/** The commands of the blocks for `sh`, and those that stand whole in a sentence. */
const shown: readonly Shown[] = documents.flatMap((document) => {
  const blocks = blocksOf(document).filter(({ language }) => language === "sh");
  const inBlocks = blocks.flatMap(({ code, line }) =>
    commandsOf(code).map((words) => ({ place: `${document.path}:${line}`, line: words.join(" "), words })),
  );
  const inText = codes(withoutBlocks(document.text))
    .filter((code) => /^(?:npx )?peak-warehouse [a-z-][^…]*$/.test(code))
    .map((code) => ({ place: document.path, line: code, words: commandsOf(code)[0] ?? [] }));
  return [...inBlocks, ...inText];
});

/** What the program says against a command line; `undefined` where it would run it. */
function complaint(args: readonly string[]): string | undefined {
  let said = "";
  const stream = new Writable({ write: (_chunk, _encoding, done) => done() });
  // What a program takes of a process to be built: nothing of it is run.
  const host = { on: () => undefined, stdin: process.stdin, stdout: stream, stderr: stream, env: {} };
  const ground = groundOf(host as unknown as NodeJS.Process, endedBySignal);
  const program = idle(programOn(ground, (text) => (said += text)));
  try {
    program.parse(args, { from: "user" });
    return undefined;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return undefined;
    return said || String(error);
  }
}

/** Takes from every command what it does. */
function idle(command: Command): Command {
  for (const inner of command.commands) idle(inner).action(() => undefined);
  return command;
}

describe("the documents' commands", () => {
  const ours = shown.flatMap((command) => {
    const args = ownArguments(command.words);
    return args === undefined ? [] : [{ ...command, args }];
  });

  test.each(ours)("are what peak-warehouse takes: $line ($place)", ({ args }) => {
    expect(complaint(args)).toBeUndefined();
  });

  test("run scripts that there are", () => {
    const { scripts } = JSON.parse(readFileSync(`${root}/package.json`, "utf8")) as { scripts: object };
    const run = shown.flatMap(({ words: [npm, verb, script] }) => (npm === "npm" && verb === "run" ? [script] : []));
    expect(run).toContain("demo");
    expect(run.filter((script) => !Object.hasOwn(scripts, script ?? ""))).toEqual([]);
  });
});

describe("the reading of commands", () => {
  test("finds each simple command, with its words as a shell would give them", () => {
    const text = `npx peak-warehouse query "select 'a'" | jq -c '.a != null'   # behind a pipe
A=1 peak-warehouse unload "select 1" \\
  s3://bucket/ > log && eval "$(peak-warehouse env --for libpq)"`;
    expect(commandsOf(text).map(ownArguments)).toEqual([
      ["query", "select 'a'"],
      undefined,
      ["unload", "select 1", "s3://bucket/"],
      ["env", "--for", "libpq"],
      undefined,
    ]);
  });

  test("lets no command pass that peak-warehouse does not take", () => {
    expect(complaint(["quarry", "select 1"])).toContain("unknown command 'quarry'");
    expect(complaint(["query", "select 1", "--formaat", "csv"])).toContain("unknown option '--formaat'");
    expect(complaint(["query", "select 1", "--format", "xlsx"])).toContain("'xlsx' is invalid");
    expect(complaint(["load", "events"])).toContain("missing required argument 'url'");
  });
});
