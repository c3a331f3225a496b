import type { Label } from "@/i18n/words";
import { w } from "./words";

/** A row as people say it; the sheet of a csv is the file, which is said already. */
export function rowWord(
  sheet: string | null | undefined,
  row: string,
  file: string | null | undefined,
): Label {
  return !sheet || sheet === file ? w.rowNumber(row) : w.rowOfSheet(sheet, row);
}

/** Where a row put aside stood, `sheet!5`, as people say it. */
export function placeWord(place: string, source: string | null | undefined): Label {
  const at = place.lastIndexOf("!");
  const row = place.slice(at + 1);
  return /^\d+$/.test(row) ? rowWord(place.slice(0, Math.max(at, 0)), row, source) : { zh: place, en: place };
}
