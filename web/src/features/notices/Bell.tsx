import { useAccount } from "@/api/session";
import { formatCount } from "@/i18n/format";
import { useText } from "@/i18n/lang";
import { To } from "@/ui/Links";
import { useUnread } from "./queries";
import { w } from "./words";
import "./notices.css";

/** The most that is said in figures: more takes too much room in the mast. */
const FIGURES_MAX = 99;

/** The way to the inbox, with how much of it is unread. */
export function Bell() {
  const t = useText();
  const account = useAccount();
  const unread = useUnread(account !== null).data?.unread ?? 0;
  if (!account) return null;
  return (
    <To to="/inbox" className="bell">
      <svg width="22" height="22" viewBox="0 0 24 24" aria-hidden="true">
        <path
          d="M6 10a6 6 0 0 1 12 0c0 5 2 6 2 7H4c0-1 2-2 2-7M10 20a2 2 0 0 0 4 0"
          fill="none"
          stroke="currentColor"
          strokeWidth="1.8"
          strokeLinecap="round"
          strokeLinejoin="round"
        />
      </svg>
      {unread > 0 && (
        <span className="bell-count" aria-hidden="true">
          {unread > FIGURES_MAX ? t(w.many) : formatCount(unread)}
        </span>
      )}
      <span className="hidden">{t(unread > 0 ? w.bell(formatCount(unread)) : w.bellNone)}</span>
    </To>
  );
}
