import { expect, test } from "vitest";
import { createFaults, means } from "../../src/testing/faults.ts";

interface Fault {
  readonly kind: string;
  readonly about?: string;
}
const faults = () => {
  const kinds = { error: [], hold: [], hang: [], first: [], second: [], about: ["about"] };
  return createFaults<Fault, string>(
    { kinds, operations: ["login"] },
    ({ about }, asked) => about === undefined || means(about, asked),
  );
};

test("a fault lets some through, meets as many as it is told, and is over", () => {
  const list = faults();
  list.add({ kind: "error", about: "a", after: 1, times: 2 });
  expect(["a1", "b", "a2", "a3", "a4"].map((asked) => list.next(asked)?.fault.kind)).toEqual([undefined, undefined, "error", "error", undefined]); // prettier-ignore
});

test("of several that something meets, the first asked for has it, and the others do not count it", () => {
  const list = faults();
  list.add({ kind: "first" });
  list.add({ kind: "second", after: 1 });
  expect([1, 2, 3, 4].map(() => list.next("x")?.fault.kind)).toEqual(["first", undefined, "second", undefined]);
});

test("what is held goes on when its fault is undone, also when that meets no more", async () => {
  const list = faults();
  const undo = list.add({ kind: "hold" });
  const held = list.next("x");
  expect(list.next("x")).toBeUndefined();
  undo();
  await held?.undone;
  for (const letGo of [() => list.release(), () => list.clear()]) {
    list.add({ kind: "hold" });
    const another = list.next("x");
    letGo();
    await another?.undone;
  }
  list.add({ kind: "error" });
  list.release();
  expect(list.next("x")?.fault.kind).toBe("error");
});

test("a pattern with the flag g means the same each time", () => {
  expect([1, 2].map(() => means(/from/g, "select 1 from t"))).toEqual([true, true]);
});

test("what is never answered is let go when its fault is undone, and not when what is held is", async () => {
  const list = faults();
  list.add({ kind: "hang" });
  const met = list.next("x");
  list.release();
  const soon = Promise.resolve("still");
  expect(await Promise.race([met?.undone, soon])).toBe("still");
  list.clear();
  await met?.undone;
});

test.each([
  [{ kind: "eror" }, "A fault's kind is error, hold, hang, first, second, about, not eror."],
  [{ kind: "constructor" }, "not constructor"],
  [{ about: "x" }, "not undefined"],
  [{ kind: "about" }, "A fault of the kind about needs its about."],
  [{ kind: "error", operation: "logon" }, 'knows no operation "logon"'],
  [{ kind: "error", after: -1 }, "A fault's after is a count of 0 or more, not -1."],
  [{ kind: "error", times: NaN }, "A fault's times is a count of 0 or more, not NaN."],
  [{ kind: "error", times: "2" }, "times"],
])("a fault that is none is refused: %j", (fault, words) => {
  expect(() => faults().add(fault as unknown as Fault)).toThrow(words);
});
