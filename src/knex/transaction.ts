import { WarehouseError } from "../errors.ts";
import { refusing } from "./functions.ts";
import { unsupported } from "./refusals.ts";
import { tellingReader } from "./reader.ts";
import type { Connection } from "./connection.ts";
import type { Queryable } from "../queryable.ts";
import type { Class, Transaction, Transactor } from "./types.ts";

/** The verbs of a warehouse or a lent session, which can begin a transaction. The type of the verbs leaves it out. */
type Beginning = Queryable & {
  transaction?: <T>(work: (tx: Queryable) => Promise<T>) => Promise<T>;
};

/** Stands for the error of a rollback that was asked for without one. */
const undone = Symbol("rolled back");

/**
 * Derives knex's transaction from ours: the container is the work of `transaction()`, whose promise settles as knex's `commit()` or
 * `rollback()` says. So it commits, rolls back, and discards what nobody can roll back, as everywhere else.
 */
export function transactionClass(
  Base: Class<Transaction>,
  queryable: Beginning,
  lend: (tx: Queryable) => Connection,
): Class<Transaction> {
  return class extends Base {
    /** Settles as the transaction on the server has ended. */
    #outcome: Promise<unknown> = Promise.resolve();

    override acquireConnection(config: unknown, work: (connection: object) => Promise<unknown>): Promise<unknown> {
      this.#outcome = this.#run(config, work);
      // Who awaits the transaction, or its end, is told.
      this.#outcome.catch(() => undefined);
      return this.#outcome;
    }

    async #run(config: unknown, work: (connection: object) => Promise<unknown>): Promise<unknown> {
      refuseSettings(config);
      if (queryable.transaction === undefined) throw unsupported("transaction()", "there is none to begin here");
      try {
        return await queryable.transaction(async (tx) => {
          const connection = lend(tx);
          connection.__knexTxId = this.txid;
          const result = await work(connection);
          await connection.settled();
          return result;
        });
      } catch (error) {
        if (error !== undone) throw error;
        if (this.doNotRejectOnRollback) return undefined;
        throw new Error("Transaction rejected with non-error: undefined", { cause: error });
      } finally {
        this._completed = true;
      }
    }

    override _onAcquire(container: (transactor: Transactor) => unknown, connection: object): Promise<unknown> {
      return super._onAcquire((transactor) => {
        transactor.executionPromise = this.#outcome;
        refuseLate(transactor.client, this);
        return container(refusing(transactor));
      }, connection);
    }

    override begin(connection: object): Promise<unknown> {
      this.#announce("BEGIN;", connection);
      return Promise.resolve();
    }

    /** Rejects as COMMIT did, which knex's own would not tell. */
    override async commit(connection: object, value: unknown): Promise<unknown> {
      if (this._completed) throw completed();
      this._completed = true;
      this.#announce("COMMIT;", connection);
      this._resolver(value);
      await this.#outcome;
      return undefined;
    }

    override async rollback(connection: object, error: unknown): Promise<unknown> {
      if (!this._completed) {
        this._completed = true;
        this.#announce("ROLLBACK", connection);
        this._rejecter(error === undefined ? undone : error);
      }
      await this.#outcome.catch(() => undefined);
      return undefined;
    }

    #announce(sql: string, connection: object): void {
      this.trxClient.emit("query", { ...connection, sql });
    }
  };
}

/** @throws `UNSUPPORTED` for what a transaction of ours cannot be told. */
function refuseSettings(config: unknown): void {
  const told: object = typeof config === "object" && config !== null ? config : {};
  for (const [name, value] of Object.entries(told)) {
    if (["isolationLevel", "readOnly", "connection"].includes(name) && value !== undefined && value !== false) {
      throw unsupported(`transaction({ ${name} })`, "a transaction is as the warehouse is set up");
    }
  }
}

/** Lets nothing begin after the end; knex's own check comes after this one, and its error is none of ours. */
function refuseLate(client: Transactor["client"], transaction: Transaction): void {
  const { query, stream } = client;
  client.query = (...sent) => (transaction._completed ? Promise.reject(completed()) : query(...sent));
  client.stream = (connection, sent, into) =>
    transaction._completed ? tellingReader(into, () => Promise.reject(completed())) : stream(connection, sent, into);
}

function completed(): WarehouseError {
  return new WarehouseError("CLOSED", "Transaction query already complete: it was committed or rolled back.");
}
