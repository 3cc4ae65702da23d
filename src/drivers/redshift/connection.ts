import pg from "pg";
import { authenticator } from "./digest.ts";
import { flowOf, type Flow } from "./flow.ts";
import { WireTap } from "./wire.ts";
import { WarehouseError } from "../../errors.ts";
import type { ConnectionOptions } from "node:tls";
import type { Duplex } from "node:stream";
import type { Socket } from "node:net";

/** Where and as whom to connect. */
export interface Address {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  readonly application: string;
  /** Options of `tls.connect`, or `false` for a plain connection. */
  readonly tls: ConnectionOptions | false;
  /** The name the server's certificate must carry, where it is not the host's. */
  readonly servername: string | undefined;
}

/** Takes DataRow messages straight from the socket's buffer. */
export interface RowSink {
  /** Takes a row and returns true, or leaves it to `pg` and returns false. */
  dataRow(bytes: Buffer, start: number, end: number): boolean;
  chunkEnd(): void;
}

/** What this driver uses of `pg.Connection`; its published types leave the class empty. */
export interface WireConnection {
  readonly stream: Socket;
  readonly flow: Flow;
  query(text: string): void;
  parse(message: { text: string; name: string; types: readonly number[] }): void;
  bind(message: { values: readonly (string | null)[]; binary: boolean }): void;
  describe(message: { type: "P" | "S"; name: string }): void;
  execute(message: { portal: string; rows: number }): void;
  close(message: { type: "S"; name: string }): void;
  flush(): void;
  sync(): void;
  sendCopyFail(reason: string): void;
  on(event: "readyForQuery", listener: (message: { status: "I" | "T" | "E" }) => void): void;
  on(event: "copyOutResponse" | "noData", listener: () => void): void;
  emit(event: "error", error: Error): boolean;
}

type ConnectionClass = new (options: object) => WireConnection & {
  attachListeners(stream: Duplex): void;
  upgradeToSSL(host: string, report: (error: Error) => void): void;
};

/** A `pg.Client` on a connection of ours. */
export interface TappedClient {
  readonly client: pg.Client;
  readonly connection: WireConnection;
  /** Sends rows to a sink instead of to `pg`, or to `pg` again. */
  readonly setRowSink: (sink: RowSink | undefined) => void;
}

/** How long a connection may be silent before the kernel asks for a sign of life: AWS's load balancers drop idle flows after about 350 s. */
const keepAliveInitialDelayMillis = 30_000;

/**
 * Makes a `pg.Client` whose bytes go through a {@link WireTap}: it answers Redshift's own authentication, turns what would
 * crash the process (a throw inside `pg`'s data listener) into a failed connection, and diverts rows to a decoder.
 *
 * The hook is `attachListeners`, which `pg` calls once for each stream, after the TLS handshake (read in pg 8.23).
 */
export function tappedClient(address: Address): TappedClient {
  let sink: RowSink | undefined;
  const Base = pg.Connection as unknown as ConnectionClass;

  class TappedConnection extends Base {
    override readonly flow = flowOf(() => this.stream);

    override attachListeners(stream: Duplex): void {
      const answerTo = authenticator(address.password);
      const tap = new WireTap({
        authentication: (bytes, start, end) => {
          const answer = answerTo(bytes.subarray(start, end));
          if (answer !== undefined) stream.write(answer);
          return answer !== undefined;
        },
        dataRow: (bytes, start, end) => sink?.dataRow(bytes, start, end) ?? false,
        chunkEnd: () => sink?.chunkEnd(),
        failed: (error) => {
          this.emit("error", error);
          stream.destroy();
        },
      });
      // pg's parser listens for `data` and `end` only, so an emitter is stream enough for it.
      super.attachListeners(tap as unknown as Duplex);
      stream.on("data", (chunk: Buffer) => {
        tap.push(chunk);
        this.flow.came(chunk.length);
      });
      stream.on("end", () => tap.emit("end"));
    }

    override upgradeToSSL(host: string, report: (error: Error) => void): void {
      // pg overwrites ssl.servername with the host; here the host is only the name to check.
      super.upgradeToSSL(address.servername ?? host, report);
    }
  }

  /** Sends these start-up keys and no others: `pg` would add PGOPTIONS and kin from the environment, which Redshift refuses. */
  class RedshiftClient extends pg.Client {
    getStartupConf(): Record<string, string> {
      return { user: address.user, database: address.database, application_name: address.application };
    }
  }

  // Both sides decide on TLS by themselves, and pg does not pass keep-alive on to a connection it was given.
  const connection = new TappedConnection({ ssl: address.tls, keepAlive: true, keepAliveInitialDelayMillis });
  const client = new RedshiftClient({
    // Accepted by pg's constructor though its types leave it out.
    ...({ connection, sslnegotiation: "postgres" } as object),
    host: address.host,
    port: address.port,
    database: address.database,
    user: address.user,
    password: address.password,
    ssl: address.tls,
  });
  if ((client as unknown as { connection?: unknown }).connection !== connection) {
    throw new WarehouseError(
      "UNSUPPORTED",
      "pg runs in native mode (NODE_PG_FORCE_NATIVE is set), which has no connection to tap; unset the variable.",
      { phase: "connect" },
    );
  }
  return {
    client,
    connection,
    setRowSink: (next) => {
      sink = next;
    },
  };
}
