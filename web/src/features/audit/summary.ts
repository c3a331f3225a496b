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

/** The numbers of every duty after a pass: a table of its own, not a line. */
const LEFT_OUT = ["counts"];

/** What an event did, in one line. What has no name here stands as it was written. */
export function summaryText(summary: unknown, names: Names, lang: Lang): string {
  const text = parts(summary, names, lang).join(" · ");
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

function parts(summary: unknown, names: Names, lang: Lang): string[] {
  if (!isObject(summary)) return summary == null ? [] : [String(summary)];
  const kind = typeof summary.kind === "string" ? summary.kind : "";
  return Object.entries(summary).flatMap(([key, value]) => {
    if (value == null || LEFT_OUT.includes(key)) return [];
    const name = word(keys, key, lang);
    if (isLabel(value)) return [`${name} ${value[lang]}`];
    if (isObject(value)) return parts(value, names, lang);
    const said = (Array.isArray(value) ? value : [value]).map((one) =>
      nameOf(key, String(one), kind, names, lang),
    );
    return [`${name} ${said.join(lang === "zh" ? "、" : ", ")}`];
  });
}

function nameOf(key: string, value: string, kind: string, names: Names, lang: Lang): string {
  switch (key) {
    case "kind":
      return names.kind(value);
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
    default:
      return word(values, value, lang);
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
