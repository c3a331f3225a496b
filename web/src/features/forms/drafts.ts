import { del, get, set } from "idb-keyval";
import type { Draft } from "./answering";

/** Drafts are kept on the device by account, form and who files, so that nothing typed is lost on the way. */
function place(account: string, form: string, by: string): string {
  return `yingjin.draft/${account}/${form}/${by}`;
}

export function keptDraft(account: string, form: string, by: string): Promise<Draft | undefined> {
  return get<Draft>(place(account, form, by));
}

export function keepDraft(account: string, form: string, by: string, draft: Draft): Promise<void> {
  return set(place(account, form, by), draft);
}

export function dropDraft(account: string, form: string, by: string): Promise<void> {
  return del(place(account, form, by));
}
