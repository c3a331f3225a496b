import { get, update } from "idb-keyval";
import { api, read } from "@/api/client";
import { type FieldProblem, isRefusal } from "@/api/problem";
import type { FilingRequest } from "@/api/types";
import type { Chosen } from "@/files/chosen";
import { sendFile } from "@/files/send";
import type { Label } from "@/i18n/words";

/** A filing that waits on this device for the network, or that the server refused. */
export interface Waiting {
  request: FilingRequest;
  title: Label;
  /** What its answers name, kept on this device (`files/here.ts`): each is sent before the filing. */
  files?: Chosen[];
  /** Who was signed in: it is sent as nobody else. */
  account: string;
  /** When it was filled in, an instant. */
  at: string;
  /** Why the server refused it; its writer mends it or drops it. */
  refused?: { detail: string; errors: FieldProblem[] };
}

/** What became of sending. */
export type Sent =
  | { number: string }
  | { refused: NonNullable<Waiting["refused"]> }
  | "waiting"
  | "signed-out";

const KEY = "yingjin.outbox";

export async function waitingHere(account: string): Promise<Waiting[]> {
  const all = (await get<Waiting[]>(KEY)) ?? [];
  return all.filter((one) => one.account === account);
}

/** Puts a filing behind those that wait already; the same one takes its own place. */
export function keep(waiting: Waiting): Promise<void> {
  return update<Waiting[]>(KEY, (all = []) => {
    const place = all.findIndex((one) => one.request.key === waiting.request.key);
    return place < 0 ? [...all, waiting] : all.with(place, waiting);
  });
}

export function drop(key: string): Promise<void> {
  return update<Waiting[]>(KEY, (all = []) => all.filter((one) => one.request.key !== key));
}

/**
 * Sends what waits for an account, in order, one after another, and says what became of each by its key. The first that
 * finds no network stops the rest, so that the order holds. One page at a time does it.
 */
export async function flush(account: string): Promise<Map<string, Sent>> {
  const sent = new Map<string, Sent>();
  await exclusively(async () => {
    for (const waiting of await waitingHere(account)) {
      if (waiting.refused) continue;
      const { key } = waiting.request;
      const became = await send(waiting);
      sent.set(key, became);
      if (became === "waiting" || became === "signed-out") break;
      if ("number" in became) await drop(key);
      else await keep({ ...waiting, refused: became.refused });
    }
  });
  return sent;
}

async function send({ account, request, files = [] }: Waiting): Promise<Sent> {
  try {
    for (const file of files) await sendFile(account, file);
    const receipt = await read(api.POST("/api/filings", { body: request }));
    return { number: receipt.number };
  } catch (error) {
    if (!isRefusal(error)) return "waiting";
    if (error.status === 401) return "signed-out";
    // The server is busy or being mended: it is tried again.
    if (error.status === 429 || error.status >= 500) return "waiting";
    return { refused: { detail: error.detail, errors: error.errors } };
  }
}

function exclusively(work: () => Promise<void>): Promise<unknown> {
  return "locks" in navigator ? navigator.locks.request(KEY, work) : work();
}
