import { formatAmount, formatDay, NOTHING } from "@/i18n/format";
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
