import type { CaseActionOn } from "@/api/types";
import { formatCount } from "@/i18n/format";
import { useText } from "@/i18n/lang";
import { Button } from "@/ui/Button";
import { Failure, Notice } from "@/ui/Notice";
import { useActOnMany } from "./queries";
import { w } from "./words";

/** Something done to cases that can be taken back. */
export function useUndoable() {
  const acting = useActOnMany();
  const undoing = useActOnMany();
  return {
    acting,
    undoing,
    begin: (items: CaseActionOn[], done?: () => void) => {
      undoing.reset();
      acting.mutate(items, { onSuccess: done });
    },
  };
}

/** What became of it, and the way back. */
export function Outcome({ of: { acting, undoing } }: { of: ReturnType<typeof useUndoable> }) {
  const t = useText();
  const result = acting.data;
  return (
    <div className="no-print" aria-live="polite">
      {acting.error && <Failure error={acting.error} />}
      {result && (
        <Notice tone={result.refused.length > 0 ? "warn" : "good"}>
          <p>
            {t(w.done(formatCount(result.done)))}
            {result.refused.length > 0 && ` · ${t(w.refused(formatCount(result.refused.length)))}`}
          </p>
          {result.refused.slice(0, 3).map((one) => (
            <p key={one.no} className="small">
              {t(w.no(String(one.no)))}: {t(one.why)}
            </p>
          ))}
          {result.undo.length > 0 && !undoing.data && (
            <Button disabled={undoing.isPending} onClick={() => undoing.mutate(result.undo)}>
              {t(w.undo)}
            </Button>
          )}
          {undoing.data && <p>{t(w.undone)}</p>}
          {undoing.error && <Failure error={undoing.error} />}
        </Notice>
      )}
    </div>
  );
}
