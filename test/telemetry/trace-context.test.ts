import { expect, it, vi } from "vitest";
import { connectWarehouse } from "peak-warehouse";
import { failure } from "../integration/opened.ts";

vi.mock("@opentelemetry/api", () => {
  throw new Error("Cannot find package '@opentelemetry/api'");
});

it("says what to install where traceContext finds no OpenTelemetry, before it asks anybody for anything", async () => {
  const credentials = vi.fn(() => Promise.reject(new Error("asked")));
  const error = await failure(connectWarehouse({ credentials, traceContext: true }));
  expect(error).toMatchObject({ code: "UNSUPPORTED", message: expect.stringContaining("npm install") as string });
  expect(credentials).not.toHaveBeenCalled();
});

it.each([
  { traceContext: "yes" },
  { telemetry: { text: "all" } },
  { telemetry: { parameters: 1 } },
  { telemetry: { params: true } },
  { telemetry: true },
  { onNotice: "me" },
])("refuses %j", async (options) => {
  expect(await failure(connectWarehouse(options as never))).toMatchObject({ code: "INVALID_ARGUMENT" });
});
