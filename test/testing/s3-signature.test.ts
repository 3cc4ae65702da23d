import { createHash, createHmac } from "node:crypto";
import { request } from "node:http";
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startS3, type S3StandIn } from "../../src/testing/s3/index.ts";
import { canonicalRequest, chunkSignature, signed, signingKey, stringToSign } from "../../src/testing/s3/signature.ts";
import { clientOf, hostileKeys } from "./s3-client.ts";

const Bucket = "peak-tenant";
let s3: S3StandIn;

beforeAll(async () => {
  s3 = await startS3({ buckets: [Bucket] });
});

afterAll(() => s3.close());

// The SDK has no signer of chunks, nor of queries without a further package: these follow Amazon's description by hand.
const sha256 = (bytes: string | Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const hmac = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();
const stampOf = (at: number): string => new Date(at).toISOString().replace(/[-:]|\.\d{3}/g, "");
const scopeOf = (date: string): string => `${date.slice(0, 8)}/us-east-1/s3/aws4_request`;
const keyOf = (date: string): Buffer => {
  const day = hmac(`AWS4${s3.secretAccessKey}`, date.slice(0, 8));
  return hmac(hmac(hmac(day, "us-east-1"), "s3"), "aws4_request");
};

interface Raw {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

function send({ method = "GET", path, headers = {}, body }: Raw): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const { hostname, port, host } = new URL(s3.endpoint);
    const sent = request({ hostname, port, method, path, headers: { host, ...headers } }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

const codeOf = ({ text }: { readonly text: string }): string | undefined => /<Code>(\w+)<\/Code>/.exec(text)?.[1];

function authorized({ method = "GET", path, headers = {} }: Raw, payload: string, at = Date.now()) {
  const date = stampOf(at);
  const all: Record<string, string> = {
    ...headers,
    host: new URL(s3.endpoint).host,
    "x-amz-content-sha256": payload,
    "x-amz-date": date,
  };
  const names = Object.keys(all).sort();
  const lines = names.map((name) => `${name}:${all[name] ?? ""}\n`).join("");
  const canonical = [method, path, "", lines, names.join(";"), payload].join("\n");
  const text = ["AWS4-HMAC-SHA256", date, scopeOf(date), sha256(canonical)].join("\n");
  const signature = hmac(keyOf(date), text).toString("hex");
  const credential = `Credential=${s3.accessKeyId}/${scopeOf(date)}`;
  const authorization = `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=${names.join(";")}, Signature=${signature}`;
  return { headers: { ...all, authorization }, signature, date };
}

function presigned(
  method: string,
  path: string,
  { at = Date.now(), expires = "60", signedHeaders = "host" } = {},
): string {
  const date = stampOf(at);
  const query = new URLSearchParams({
    "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
    "X-Amz-Credential": `${s3.accessKeyId}/${scopeOf(date)}`,
    "X-Amz-Date": date,
    "X-Amz-Expires": expires,
    "X-Amz-SignedHeaders": signedHeaders,
  }).toString();
  const lines = `host:${new URL(s3.endpoint).host}\n`;
  const canonical = [method, path, query, lines, signedHeaders, "UNSIGNED-PAYLOAD"].join("\n");
  const text = ["AWS4-HMAC-SHA256", date, scopeOf(date), sha256(canonical)].join("\n");
  return `${path}?${query}&X-Amz-Signature=${hmac(keyOf(date), text).toString("hex")}`;
}

test("a wrong secret, a wrong key, another region and none at all are refused", async () => {
  const as = async (more: Partial<S3StandIn>) => {
    const client = clientOf({ ...s3, ...more });
    try {
      await client.send(new GetObjectCommand({ Bucket, Key: "a" }));
    } finally {
      client.destroy();
    }
  };
  await expect(as({ secretAccessKey: "wrong" })).rejects.toMatchObject({
    name: "SignatureDoesNotMatch",
    $metadata: { httpStatusCode: 403 },
  });
  await expect(as({ accessKeyId: "AKIAUNKNOWN" })).rejects.toMatchObject({
    name: "InvalidAccessKeyId",
    AWSAccessKeyId: "AKIAUNKNOWN",
    $metadata: { httpStatusCode: 403 },
  });
  await expect(as({ region: "eu-west-1" })).rejects.toMatchObject({
    name: "AuthorizationHeaderMalformed",
    Region: "us-east-1",
    $metadata: { httpStatusCode: 400 },
  });
  expect(codeOf(await send({ path: `/${Bucket}/a` }))).toBe("AccessDenied");
});

test("a presigned URL reads and writes until it expires, and only what it was made for", async () => {
  const path = `/${Bucket}/signed%20%2B%C3%A9`;
  expect(await send({ method: "PUT", path: presigned("PUT", path), body: "hello" })).toMatchObject({ status: 200 });
  expect(s3.read(`s3://${Bucket}/signed +é`)).toEqual(Buffer.from("hello"));
  expect(await send({ path: presigned("GET", path) })).toEqual({ status: 200, text: "hello" });

  const late = await send({ path: presigned("GET", path, { at: Date.now() - 61_000 }) });
  expect([late.status, codeOf(late), late.text]).toEqual([
    403,
    "AccessDenied",
    expect.stringContaining("<Message>Request has expired</Message>"),
  ]);
  expect(codeOf(await send({ method: "PUT", path: presigned("GET", path) }))).toBe("SignatureDoesNotMatch");
  const other = presigned("GET", path).replace("signed", "Signed");
  expect(codeOf(await send({ path: other }))).toBe("SignatureDoesNotMatch");
  expect(codeOf(await send({ path: `${presigned("GET", path)}&X-Amz-Meta=1` }))).toBe("SignatureDoesNotMatch");
  const week = presigned("GET", path, { expires: "604801" });
  expect(codeOf(await send({ path: week }))).toBe("AuthorizationQueryParametersError");
});

test("a presigned URL reads whatever key", async () => {
  for (const key of hostileKeys) {
    s3.write(`s3://${Bucket}/${key}`, key);
    const escaped = encodeURIComponent(key).replace(
      /[!'()*]/g,
      (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
    );
    const path = `/${Bucket}/${escaped.replaceAll("%2F", "/")}`;
    expect(await send({ path: presigned("GET", path) })).toEqual({ status: 200, text: key });
  }
});

test("headers of Amazon's that were not signed are refused", async () => {
  const path = `/${Bucket}/unsigned`;
  const { headers } = authorized({ path }, sha256(""));
  const answer = await send({ path, headers: { ...headers, "x-amz-meta-late": "1" } });
  expect([codeOf(answer), answer.text]).toEqual(["AccessDenied", expect.stringContaining("x-amz-meta-late")]);
});

test("a body that is not the one that was signed is refused", async () => {
  const path = `/${Bucket}/body`;
  const { headers } = authorized({ method: "PUT", path }, sha256("one"));
  expect(codeOf(await send({ method: "PUT", path, headers, body: "two" }))).toBe("XAmzContentSHA256Mismatch");
  const old = authorized({ path }, sha256(""), Date.now() - 16 * 60_000);
  expect(codeOf(await send({ path, headers: old.headers }))).toBe("RequestTimeTooSkewed");
});

function framed(chunks: readonly Buffer[], seed: ReturnType<typeof authorized>, spoil = false): Buffer {
  let previous = seed.signature;
  const parts = [...chunks, Buffer.alloc(0)].map((data) => {
    const before = [seed.date, scopeOf(seed.date), previous, sha256(""), sha256(data)];
    previous = hmac(keyOf(seed.date), ["AWS4-HMAC-SHA256-PAYLOAD", ...before].join("\n")).toString("hex");
    const told = spoil && data.length === 0 ? previous.replace(/^./, (one) => (one === "0" ? "1" : "0")) : previous;
    const line = `${data.length.toString(16)};chunk-signature=${told}\r\n`;
    return Buffer.concat([Buffer.from(line), data, Buffer.from("\r\n")]);
  });
  return Buffer.concat(parts);
}

test("chunks that are signed one by one are taken, and none that is wrong", async () => {
  const path = `/${Bucket}/chunks`;
  const chunks = [Buffer.alloc(65_536, "a"), Buffer.alloc(1_024, "b")];
  const upload = async (length: number, spoil: boolean) => {
    const headers = { "content-encoding": "aws-chunked", "x-amz-decoded-content-length": String(length) };
    const seed = authorized({ method: "PUT", path, headers }, "STREAMING-AWS4-HMAC-SHA256-PAYLOAD");
    return send({ method: "PUT", path, headers: seed.headers, body: framed(chunks, seed, spoil) });
  };
  expect(codeOf(await upload(66_560, true))).toBe("SignatureDoesNotMatch");
  expect(codeOf(await upload(66_559, false))).toBe("IncompleteBody");
  expect(s3.read(`s3://${Bucket}/chunks`)).toBeUndefined();
  expect(await upload(66_560, false)).toMatchObject({ status: 200 });
  expect(Buffer.concat(chunks).equals(s3.read(`s3://${Bucket}/chunks`) ?? Buffer.alloc(0))).toBe(true);
});

test("a trailer that was announced must come, and be right", async () => {
  const path = `/${Bucket}/trailer`;
  const upload = (trailer: string) => {
    const headers = { "x-amz-decoded-content-length": "5", "x-amz-trailer": "x-amz-checksum-crc32" };
    const seed = authorized({ method: "PUT", path, headers }, "STREAMING-UNSIGNED-PAYLOAD-TRAILER");
    return send({ method: "PUT", path, headers: seed.headers, body: `5\r\nhello\r\n0\r\n${trailer}\r\n` });
  };
  expect(codeOf(await upload(""))).toBe("MalformedTrailerError");
  expect(codeOf(await upload("x-amz-checksum-crc32:AAAAAA==\r\n"))).toBe("BadDigest");
  expect(await upload("x-amz-checksum-crc32:NhCmhg==\r\n")).toMatchObject({ status: 200 });
});

test("signatures are those of Amazon's own example of an upload in chunks", () => {
  // S3 API reference, "Signature Calculations … Transferring Payload in Multiple Chunks", which prints each of them.
  const date = "20130524T000000Z";
  const key = signingKey("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", date, "20130524/us-east-1/s3/aws4_request");
  const headers = {
    "content-encoding": "aws-chunked",
    "content-length": "66824",
    host: "s3.amazonaws.com",
    "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    "x-amz-date": date,
    "x-amz-decoded-content-length": "66560",
    "x-amz-storage-class": "REDUCED_REDUNDANCY",
  };
  const example = { method: "PUT", path: "/examplebucket/chunkObject.txt", query: [], headers };
  const canonical = canonicalRequest(example, Object.keys(headers), headers["x-amz-content-sha256"]);
  const seed = signed(key, stringToSign(key, canonical));
  const first = chunkSignature(key, seed, Buffer.alloc(65_536, "a"));
  const second = chunkSignature(key, first, Buffer.alloc(1_024, "a"));
  expect([seed, first, second, chunkSignature(key, second, Buffer.alloc(0))]).toEqual([
    "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
    "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
    "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
    "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
  ]);
});

test("what the stand-in does not know is refused, and nothing is done instead", async () => {
  const client = clientOf(s3, { maxAttempts: 1 });
  s3.write(`s3://${Bucket}/known`, "1");
  const get = (more: object) => client.send(new GetObjectCommand({ Bucket, Key: "known", ...more }));
  const unknown = { name: "NotImplemented", $metadata: { httpStatusCode: 501 } };
  await expect(get({ VersionId: "1" })).rejects.toMatchObject(unknown);
  await expect(get({ PartNumber: 1 })).rejects.toMatchObject(unknown);
  const tagged = new PutObjectCommand({ Bucket, Key: "known", Body: "2", Tagging: "a=b" });
  await expect(client.send(tagged)).rejects.toMatchObject(unknown);
  const list = new ListObjectsV2Command({ Bucket: "a%2e" });
  await expect(client.send(list)).rejects.toMatchObject({ name: "NoSuchBucket" });
  expect(codeOf(await send({ path: `/${Bucket}/%ff` }))).toBe("InvalidURI");
  expect(codeOf(await send({ path: `/${Bucket}/${"k".repeat(1025)}` }))).toBe("KeyTooLongError");
  expect(s3.read(`s3://${Bucket}/known`)).toEqual(Buffer.from("1"));
  client.destroy();
});
