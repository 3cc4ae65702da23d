import { existsSync } from "node:fs";
import { request, type IncomingMessage } from "node:http";
import { homedir } from "node:os";
import { join } from "node:path";

/** Is a container engine that answered, addressed through Docker's HTTP API. */
export interface Engine {
  /** Where it was found, for messages. */
  readonly address: string;
  hasImage(name: string): Promise<boolean>;
  /** Resolves when the image has arrived; rejects after `timeoutMs` or with the engine's own words. */
  pull(name: string, timeoutMs: number): Promise<void>;
  /** Names of all images, each with its tag. */
  images(): Promise<readonly string[]>;
}

type Target = { readonly socketPath: string } | { readonly host: string; readonly port: number };

/** Finds the engine that testcontainers would use; undefined, within about a second, when none answers. */
export async function findEngine(): Promise<Engine | undefined> {
  for (const address of addresses()) {
    const target = parse(address);
    if (target === undefined || ("socketPath" in target && !existsSync(target.socketPath))) continue;
    const pong = await call(target, "GET", "/_ping", 1_000).catch(() => undefined);
    if (pong?.status === 200) return engine(address, target);
  }
  return undefined;
}

function addresses(): readonly string[] {
  const { DOCKER_HOST: chosen, XDG_RUNTIME_DIR: runtime } = process.env;
  if (chosen) return [chosen];
  const sockets = ["/var/run/docker.sock", join(homedir(), ".docker/run/docker.sock")];
  if (runtime) sockets.push(join(runtime, "docker.sock"), join(runtime, "podman/podman.sock"));
  return sockets.map((path) => `unix://${path}`);
}

function parse(address: string): Target | undefined {
  const url = new URL(address);
  if (url.protocol === "unix:") return { socketPath: url.pathname };
  if (url.protocol === "tcp:" || url.protocol === "http:") {
    return { host: url.hostname, port: Number(url.port || 2375) };
  }
  return undefined;
}

function engine(address: string, target: Target): Engine {
  const hasImage = async (name: string): Promise<boolean> =>
    (await call(target, "GET", `/images/${name}/json`, 5_000)).status === 200;
  return {
    address,
    hasImage,
    async pull(name, timeoutMs) {
      const [repository = "", tag = "latest"] = name.split(":");
      const answer = await call(target, "POST", `/images/create?fromImage=${repository}&tag=${tag}`, timeoutMs);
      // The engine answers 200 before it has reached the registry: what failed is told in the last line of progress.
      if (!(await hasImage(name))) throw new Error(answer.body.trim().split("\n").at(-1) ?? "no answer");
    },
    async images() {
      const { body } = await call(target, "GET", "/images/json", 5_000);
      const list = JSON.parse(body) as { RepoTags: string[] | null }[]; // Docker Engine API, ImageList.
      return list.flatMap((image) => image.RepoTags ?? []);
    },
  };
}

function call(
  target: Target,
  method: string,
  path: string,
  timeoutMs: number,
): Promise<{ readonly status: number | undefined; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const asked = request({ ...target, method, path }, (response: IncomingMessage) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text: string) => (body += text));
      response.on("end", () => resolve({ status: response.statusCode, body }));
      response.on("error", reject);
    });
    // One deadline for the whole answer: a pull that trickles progress is late all the same.
    const timer = setTimeout(() => asked.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    asked.on("close", () => clearTimeout(timer));
    asked.on("error", reject);
    asked.end();
  });
}
