import type { RecordPage } from "@/api/types";
import { useText } from "@/i18n/lang";
import { To } from "@/ui/Links";
import { Notice } from "@/ui/Notice";
import { w } from "./words";

/** Facts that two sources tell differently, undecided. */
export function Conflicts({ of }: { of: RecordPage }) {
  const t = useText();
  if (of.conflicts.length === 0) return null;
  return (
    <Notice tone="warn" title={t(w.conflicts)}>
      <p>{t(w.conflictsNote)}</p>
      <p>
        {of.conflicts.map((conflict) => t(conflict.label)).join(" · ")}{" "}
        <To to="/import/decide">{t(w.decide)}</To>
      </p>
    </Notice>
  );
}
