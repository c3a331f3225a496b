import type { Label } from "@/i18n/words";
import { w } from "./words";

/** Where a row put aside stood, `sheet!5`, as people say it; the sheet of a csv is the file, which is said already. */
export function placeWord(place: string, source: string | null | undefined): Label {
  const at = place.lastIndexOf("!");
  const [sheet, row] = [place.slice(0, Math.max(at, 0)), place.slice(at + 1)];
  if (!/^\d+$/.test(row)) return { zh: place, en: place };
  return sheet === "" || sheet === source ? w.rowNumber(row) : w.rowOfSheet(sheet, row);
}
