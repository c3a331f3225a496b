import { dropHere } from "@/files/here";
import { draftsHere } from "./drafts";
import { waitingHere } from "./outbox";

/** Forgets the contents of files on this device, but for those that a draft or a filing that waits still names. */
export async function forgetFiles(account: string, hashes: string[]): Promise<void> {
  if (hashes.length === 0) return;
  const drafts = (await draftsHere(account)).flatMap((draft) => Object.values(draft.files ?? {}).flat());
  const waiting = (await waitingHere(account)).flatMap((one) => one.files ?? []);
  const named = new Set([...drafts, ...waiting].map((one) => one.hash));
  for (const hash of hashes) if (!named.has(hash)) await dropHere(account, hash);
}
