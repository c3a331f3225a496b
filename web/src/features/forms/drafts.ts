import { del, get, getMany, keys, set } from "idb-keyval";
import type { Draft } from "./answering";

/** Drafts are kept on the device by account, form and who files, so that nothing typed is lost on the way. */
function place(account: string, form: string, by: string): string {
  return `yingjin.draft/${account}/${form}/${by}`;
}

export function keptDraft(account: string, form: string, by: string): Promise<Draft | undefined> {
  return get<Draft>(place(account, form, by));
}

/** Every draft of an account on this device. */
export async function draftsHere(account: string): Promise<Draft[]> {
  const places = (await keys()).filter((key) => String(key).startsWith(`yingjin.draft/${account}/`));
  const drafts = await getMany<Draft | undefined>(places);
  return drafts.filter((draft) => draft !== undefined);
}

export function keepDraft(account: string, form: string, by: string, draft: Draft): Promise<void> {
  return set(place(account, form, by), draft);
}

export function dropDraft(account: string, form: string, by: string): Promise<void> {
  return del(place(account, form, by));
}
