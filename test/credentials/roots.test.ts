import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { checkedTls, trustedRoots } from "../../src/roots.ts";
import { connectWarehouse, getCredentials, type TlsOption } from "peak-warehouse";
import { selfSigned } from "./certificate.ts";

describe("the option tls", () => {
  const { cert } = selfSigned("one.example");

  test.each([null, undefined])("counts %s as missing", (nothing) => {
    expect(checkedTls(nothing)).toBeUndefined();
    expect(checkedTls({ ca: nothing, servername: nothing })).toEqual({});
  });

  test("is true, false, or authorities and a name", () => {
    expect([checkedTls(true), checkedTls(false)]).toEqual([true, false]);
    expect(checkedTls({ ca: [cert, Buffer.from(cert)], servername: "db.example" })).toEqual({
      ca: [cert, cert],
      servername: "db.example",
    });
    expect(checkedTls({ ca: cert, servername: "::1" })).toEqual({ ca: [cert], servername: "::1" });
  });

  test.each([
    5,
    "yes",
    { servername: 5 },
    { servername: "a\0b" },
    { servername: "\ud800" },
    { ca: 5 },
    { ca: [5] },
    { ca: "/etc/ca.pem" },
    { ca: {} },
    { rejectUnauthorized: false },
  ])("refuses %j", async (option) => {
    const invalid = { code: "INVALID_ARGUMENT" };
    expect(() => checkedTls(option)).toThrow(expect.objectContaining(invalid) as Error);
    const tls = option as TlsOption; // As plain JavaScript may pass it.
    const credentials = "postgresql://u:p@127.0.0.1:1/d";
    await expect(connectWarehouse({ credentials, tls, lazy: true })).rejects.toMatchObject(invalid);
    await expect(getCredentials({ apiKey: "k", baseUrl: "http://127.0.0.1:1", tls })).rejects.toMatchObject(invalid);
  });
});

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
