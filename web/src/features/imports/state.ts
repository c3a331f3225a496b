import type { ImportLine } from "@/api/types";
import type { Label } from "@/i18n/words";
import { w } from "./words";

const STATES: Record<ImportLine["state"], Label> = {
  reading: w.reading_,
  matching: w.matching,
  writing: w.writing,
  done: w.done,
  failed: w.failed,
  cancelled: w.cancelled,
};

export function stateWord(state: ImportLine["state"]): Label {
  return STATES[state];
}
