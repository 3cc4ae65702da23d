import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { trustedRoots } from "../../src/roots.ts";
import { selfSigned } from "./certificate.ts";

describe("trustedRoots", () => {
  test("leaves the roots to Node where no authority is given", () => {
    expect(trustedRoots(undefined)).toBeUndefined();
  });

  test("adds authorities to Node's own roots", () => {
    const [one, two] = [selfSigned("one.example").cert, selfSigned("two.example").cert];
    const roots = trustedRoots([one, Buffer.from(two)]) ?? [];
    expect(roots.length).toBeGreaterThanOrEqual(rootCertificates.length + 2);
    expect(roots.slice(-2)).toEqual([one, two]);
  });

  test("keeps the authorities of NODE_EXTRA_CA_CERTS, and goes on without a file that is not there", async () => {
    const folder = await mkdtemp(join(tmpdir(), "peak-warehouse-"));
    try {
      const file = join(folder, "extra.pem");
      const extra = selfSigned("extra.example").cert;
      await writeFile(file, extra);
      const program = `
        import { trustedRoots } from ${JSON.stringify(new URL("../../src/roots.ts", import.meta.url).href)};
        import { X509Certificate } from "node:crypto";
        const subjects = trustedRoots(process.env.CA).map((pem) => new X509Certificate(pem).subject);
        console.log(subjects.length > 100, subjects.includes("CN=extra.example"), subjects.at(-1));`;
      const run = async (path: string) => {
        const env = { ...process.env, NODE_EXTRA_CA_CERTS: path, CA: selfSigned("own.example").cert };
        const node = ["--import", "tsx", "--input-type=module", "--eval", program];
        return (await promisify(execFile)(process.execPath, node, { env })).stdout.trim();
      };
      expect(await run(file)).toBe("true true CN=own.example");
      expect(await run(join(folder, "missing.pem"))).toBe("true false CN=own.example");
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
