import { formatCount } from "@/i18n/format";
import { useText } from "@/i18n/lang";
import { Button } from "./Button";
import { w } from "./words";

interface ListFootProps {
  shown: number;
  total: number | null | undefined;
  more?: () => void;
  busy?: boolean;
}

/** How many of how many are shown, and the way to the next. */
export function ListFoot({ shown, total, more, busy }: ListFootProps) {
  const t = useText();
  return (
    <div className="list-foot">
      <span role="status">
        {total == null
          ? t(w.shown(formatCount(shown)))
          : t(w.shownOf(formatCount(shown), formatCount(total)))}
      </span>
      {more && (
        <Button onClick={more} disabled={busy}>
          {busy ? t(w.loading) : t(w.more)}
        </Button>
      )}
    </div>
  );
}
