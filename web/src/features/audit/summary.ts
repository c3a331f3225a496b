import { formatCount, formatDay } from "@/i18n/format";
import type { Label, Lang } from "@/i18n/words";
import { keys, values } from "./words";

/** Names of what a summary speaks of; see `useNames`. */
export interface Names {
  kind: (id: string) => string;
  area: (code: string) => string;
  department: (id: string) => string;
  fact: (kind: string, path: string) => string;
}

const LONGEST = 240;

/**
 * The numbers of every duty after a pass are a table of their own, not a line; the size of a file says nothing of what it
 * did, nor the digest of a commitment's words.
 */
const LEFT_OUT = ["counts", "bytes", "wording"];

/** What says by itself what it is about. */
const BARE = ["sign", "what", "action"];

/** In the order a sentence has: what was done, to whom, from where, how much. Events keep their keys in no order. */
const ORDER = Object.keys(keys);

/** What an event did, in one line. What has no name here stands last, as it was written. */
export function summaryText(summary: unknown, names: Names, lang: Lang): string {
  const text = parts(summary, names, lang).join(" · ");
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

function parts(summary: unknown, names: Names, lang: Lang): string[] {
  if (!isObject(summary)) return summary == null ? [] : [String(summary)];
  const kind = typeof summary.kind === "string" ? summary.kind : "";
  return Object.entries(summary)
    .sort(([a], [b]) => place(a) - place(b))
    .flatMap(([key, value]) => {
      // Of nothing, nothing is said; nor twice that the source, or the only sheet, is the file.
      if (value == null || value === 0 || LEFT_OUT.includes(key)) return [];
      if ((key === "source" || key === "sheets") && String(value) === summary.file) return [];
      const name = word(keys, key, lang);
      if (isLabel(value)) return [`${name} ${value[lang]}`];
      if (isObject(value)) return parts(value, names, lang);
      const text = (Array.isArray(value) ? value : [value])
        .map((one) => nameOf(key, one, kind, names, lang))
        .join(lang === "zh" ? "、" : ", ");
      return [BARE.includes(key) ? text : `${name} ${text}`];
    });
}

function place(key: string): number {
  return ORDER.includes(key) ? ORDER.indexOf(key) : ORDER.length;
}

function nameOf(key: string, given: unknown, kind: string, names: Names, lang: Lang): string {
  const value = String(given);
  switch (key) {
    case "kind":
      return names.kind(value);
    case "records":
      return Array.isArray(given) ? `${names.kind(String(given[0]))} ${String(given[1])}` : value;
    case "area":
      return names.area(value);
    case "department":
      return names.department(value);
    case "fact":
    case "facts":
      return names.fact(kind, value);
    case "digest":
    case "rules":
      return value.slice(0, 12);
    case "pass":
    case "reconciled":
      return formatDay(value, lang);
    case "what":
      return value
        .split(", ")
        .map((one) => word(values, one, lang))
        .join(lang === "zh" ? "、" : ", ");
    case "action":
    case "sign":
    case "choose":
    case "role":
      return word(values, value, lang);
    default:
      return typeof given === "number" ? formatCount(given) : value;
  }
}

function word(dictionary: Record<string, Label>, key: string, lang: Lang): string {
  return Object.hasOwn(dictionary, key) ? (dictionary[key]?.[lang] ?? key) : key;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isLabel(value: unknown): value is Label {
  return isObject(value) && typeof value.zh === "string" && typeof value.en === "string";
}
