import { createStore, del, get, set, type UseStore } from "idb-keyval";

/**
 * Contents on this device, by account and digest. They have a store of their own, so that what is typed can be kept at
 * every stroke without the photographs being written again.
 */
let opened: UseStore | undefined;
function store(): UseStore {
  opened ??= createStore("yingjin-files", "contents");
  return opened;
}

interface Kept {
  /** Bytes rather than a blob: some telephones lose blobs. */
  bytes: ArrayBuffer;
  mediaType: string;
}

/** The device has no room left for another file. */
export class NoRoom extends Error {}

export async function keepHere(account: string, hash: string, content: Blob): Promise<void> {
  const kept: Kept = { bytes: await content.arrayBuffer(), mediaType: content.type };
  try {
    await set(`${account}/${hash}`, kept, store());
  } catch (error) {
    throw isFull(error) ? new NoRoom() : error;
  }
  // Asked once something is there to lose; a browser that says no may clear it when the device is full.
  void navigator.storage?.persist?.();
}

/** Whether an error says that the browser's store is full. */
export function isFull(error: unknown): boolean {
  return error instanceof DOMException && error.name === "QuotaExceededError";
}

export async function contentHere(account: string, hash: string): Promise<Blob | undefined> {
  const kept = await get<Kept>(`${account}/${hash}`, store());
  return kept && new Blob([kept.bytes], { type: kept.mediaType });
}

export function dropHere(account: string, hash: string): Promise<void> {
  return del(`${account}/${hash}`, store());
}
