import type { FieldShape, FormPage } from "@/api/types";
import { type Chosen, namesOf } from "@/files/chosen";
import type { Label } from "@/i18n/words";
import { factValue } from "@/ui/FactInput";
import { w } from "./words";

/** A form as somebody is filling it in. Kept on the device until it is sent. */
export interface Draft {
  /** Chosen at random once; however often it is sent, it is filed once. */
  key: string;
  /** What was typed, by fact. */
  typed: Record<string, string>;
  /** What was chosen, by fact; the contents are kept apart (`files/here.ts`). Drafts of earlier versions have none. */
  files?: Record<string, Chosen[]>;
  ticked: string[];
  signature: string;
}

/** A draft with what the register knows already. */
export function begin(form: FormPage): Draft {
  const known = Object.entries(form.known).map(([fact, value]) => [fact, String(value)]);
  return { key: crypto.randomUUID(), typed: Object.fromEntries(known), ticked: [], signature: "" };
}

export function fieldsOf(form: FormPage): FieldShape[] {
  return form.parts.flatMap((part) => part.fields);
}

/** Whether somebody who typed this is asked the field: the same rule as the server's. */
export function asks(form: FormPage, field: FieldShape, typed: Draft["typed"]): boolean {
  if (!field.only_if) return true;
  const { fact, is } = field.only_if;
  const earlier = fieldsOf(form).find((one) => one.id === fact);
  return earlier !== undefined && asks(form, earlier, typed) && is.includes(typed[fact] ?? "");
}

/** The options of a field that the answer to an earlier one leaves: the same rule as the server's. */
export function optionsOf({ options, options_by }: FieldShape, typed: Draft["typed"]): FieldShape["options"] {
  const left = options_by?.options[typed[options_by.fact] ?? ""];
  return options_by ? options.filter((option) => left?.includes(option.id)) : options;
}

/** The values of what is asked, as the API takes them. */
export function answersOf(form: FormPage, draft: Draft): Record<string, unknown> {
  const asked = fieldsOf(form).filter((field) => asks(form, field, draft.typed));
  const answer = (field: FieldShape) =>
    field.files ? namesOf(draft.files?.[field.id] ?? []) : factValue(field.type, draft.typed[field.id] ?? "");
  const told = asked.map((field) => [field.id, answer(field)] as const);
  return Object.fromEntries(told.filter(([, value]) => value !== undefined));
}

/** The files that are asked for and were chosen: those that go with the answers. */
export function filesOf(form: FormPage, draft: Draft): Chosen[] {
  const asked = fieldsOf(form).filter((field) => field.files && asks(form, field, draft.typed));
  return asked.flatMap((field) => draft.files?.[field.id] ?? []);
}

/** What is wrong, by field, item or `signature`, in the order of the page. The server says the same of what it gets. */
export function mistakesOf(form: FormPage, draft: Draft): Map<string, Label> {
  const mistakes = new Map<string, Label>();
  const answers = answersOf(form, draft);
  for (const field of fieldsOf(form).filter((one) => asks(form, one, draft.typed))) {
    const value = answers[field.id];
    const typed = field.files ? String(value ?? "") : (draft.typed[field.id] ?? "").trim();
    const isNumber = field.type === "int" || field.type === "decimal";
    if (typed === "") {
      if (field.required) mistakes.set(field.id, w.missing);
    } else if (value === undefined) {
      mistakes.set(field.id, isNumber ? w.noNumber : w.wrong);
    } else if (field.type === "code" && !optionsOf(field, draft.typed).some((one) => one.id === typed)) {
      // Chosen when it was there: for another answer, or before the register learned more.
      mistakes.set(field.id, w.notThere);
    } else if (isNumber && Number(value) < 0) {
      mistakes.set(field.id, w.negative);
    } else if (besideOf(field, draft.typed)) {
      const beside = besideOf(field, draft.typed);
      const label = fieldsOf(form).find((one) => one.id === beside)?.label ?? field.label;
      mistakes.set(field.id, { zh: w.contradicts(label.zh).zh, en: w.contradicts(label.en).en });
    } else if (field.at_most && Number(value) > Number(answers[field.at_most])) {
      const bound = fieldsOf(form).find((one) => one.id === field.at_most);
      if (bound) mistakes.set(field.id, { zh: w.atMost(bound.label.zh).zh, en: w.atMost(bound.label.en).en });
    }
  }
  for (const { id } of form.items) if (!draft.ticked.includes(id)) mistakes.set(id, w.tick);
  if (form.items.length > 0 && draft.signature.trim() === "") mistakes.set("signature", w.unsigned);
  return mistakes;
}

/** The first earlier field whose answer leaves no room for this one's: the same rule as the server's. */
function besideOf({ id, never }: FieldShape, typed: Draft["typed"]): string | undefined {
  if (!never || typed[id] !== never.answer) return undefined;
  return never.beside.find((earlier) => never.is.includes(typed[earlier] ?? ""));
}

/** How far it is: what is answered, ticked and signed, of all that has to be. */
export function progressOf(form: FormPage, draft: Draft): { done: number; all: number } {
  const needed = fieldsOf(form).filter((field) => field.required && asks(form, field, draft.typed));
  const ids = [...needed.map((field) => field.id), ...form.items.map((item) => item.id)];
  if (form.items.length > 0) ids.push("signature");
  const wrong = mistakesOf(form, draft);
  return { done: ids.filter((id) => !wrong.has(id)).length, all: ids.length };
}
