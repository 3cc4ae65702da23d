import { expect, test } from "vitest";
import { createFaults, means } from "../../src/testing/faults.ts";

interface Fault {
  readonly kind: string;
  readonly about?: string;
}
const faults = () => createFaults<Fault, string>(({ about }, asked) => about === undefined || means(about, asked));

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
