import type { Label } from "@/i18n/words";
import { w } from "./words";

/** Who has to move first for the promise to be kept. */
export const MODES: Record<string, Label> = {
  automatic: w.modeAutomatic,
  claim: w.modeClaim,
  "third-party": w.modeThirdParty,
  visit: w.modeVisit,
};

export function modeWord(mode: string): Label {
  return MODES[mode] ?? { zh: mode, en: mode };
}
