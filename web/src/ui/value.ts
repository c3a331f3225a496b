import { formatAmount, formatDay, formatMoneyBrief, NOTHING } from "@/i18n/format";
import type { Label, Lang } from "@/i18n/words";
import { w } from "./words";

interface Shown {
  value?: unknown;
  display?: Label | null;
  unit?: string | null;
}

/** A fact's value as people read it. */
export function showValue({ value, display, unit }: Shown, lang: Lang): string {
  if (value == null) return display?.[lang] ?? NOTHING;
  if (typeof value === "boolean") return (value ? w.yes : w.no)[lang];
  if (unit && (typeof value === "number" || (typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value)))) {
    return formatAmount(String(value), unit, lang);
  }
  if (display) return display[lang];
  if (typeof value === "string") return formatDay(value, lang);
  if (typeof value === "object" && "lon" in value && "lat" in value) return `${value.lat}, ${value.lon}`;
  return String(value);
}

/** Names of codes that stand together, in their order; see `useNames`. */
type NamesOf = (codes: string[]) => string[];

/** A parameter's value as people read it: one value, a list, or values by code (`retail = 300, hotel = 300`). */
export function showSetting(
  value: string | null | undefined,
  unit: string | null | undefined,
  lang: Lang,
  namesOf: NamesOf,
): string {
  if (value == null) return NOTHING;
  const parts = value.split(", ").map((part) => part.split(" = "));
  const names = namesOf(parts.map(([code = ""]) => code));
  const shown = parts.map(([first = "", of], index) =>
    of === undefined
      ? (names[index] ?? one(first, unit, lang))
      : `${names[index] ?? first} ${one(of, unit, lang)}`,
  );
  return shown.join(lang === "zh" ? "、" : ", ");
}

function one(value: string, unit: string | null | undefined, lang: Lang): string {
  if (!/^-?\d+(\.\d+)?$/.test(value)) return formatDay(value, lang);
  return unit === "CNY" ? formatMoneyBrief(value, lang) : formatAmount(value, unit ?? "1", lang);
}
