import { useText } from "@/i18n/lang";
import { To } from "@/ui/Links";
import { Notice } from "@/ui/Notice";
import { useAsides, useConflicts } from "./queries";
import { w } from "./words";

/** That something waits for a person, and the way there; nothing where nothing does. */
export function ToDecide() {
  const t = useText();
  const conflicts = useConflicts().data?.pages[0]?.items.length ?? 0;
  const asides = useAsides().data?.pages[0]?.items.length ?? 0;
  if (conflicts + asides === 0) return null;
  return (
    <Notice tone="warn" title={t(w.toDecide)}>
      <To to="/import/decide">{t(w.goDecide)}</To>
    </Notice>
  );
}
