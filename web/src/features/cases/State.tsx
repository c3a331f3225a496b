import { useText } from "@/i18n/lang";
import { asState } from "./queries";
import { states, w } from "./words";

interface Stands {
  state: string;
  overdue: boolean;
  paused: boolean;
  escalated: boolean;
}

/** Where a case stands, and what its clock says: words, never colour alone. */
export function State({ of }: { of: Stands }) {
  const t = useText();
  const state = asState(of.state);
  return (
    <span className="case-state">
      <span className={`badge ${state === "closed" || state === "confirmed" ? "done" : "plain"}`}>
        {state ? t(states[state]) : of.state}
      </span>
      {of.overdue && <span className="badge gap">{t(w.late)}</span>}
      {of.paused && <span className="badge exempt">{t(w.stopped)}</span>}
      {of.escalated && <span className="badge unknown">{t(w.wentUp)}</span>}
    </span>
  );
}
