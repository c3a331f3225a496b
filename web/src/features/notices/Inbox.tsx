import type { NoticeLine } from "@/api/types";
import { formatInstant } from "@/i18n/format";
import { useLang, useText } from "@/i18n/lang";
import { Button } from "@/ui/Button";
import { Tabs, To } from "@/ui/Links";
import { Paged, rowsOf } from "@/ui/List";
import { Failure } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { useFilters } from "@/ui/url";
import { useMarkRead, useNotices } from "./queries";
import { w } from "./words";
import "./notices.css";

/** What an account is told, the latest first. */
export function Inbox() {
  const t = useText();
  const [filters] = useFilters(["show"] as const);
  const unread = filters.show === "unread";
  const asked = useNotices(unread);
  const marking = useMarkRead();
  // What came since this page was read has not been seen.
  const latest = rowsOf(asked)[0];
  const hasUnread = rowsOf(asked).some((line) => !line.read);
  return (
    <Page
      title={t(w.title)}
      under={t(w.lead)}
      actions={
        <>
          <Button
            disabled={!hasUnread || marking.isPending}
            onClick={() => latest && marking.mutate({ up_to: latest.id })}
          >
            {t(w.markAll)}
          </Button>
          <To className="button" to="/inbox/settings">
            {t(w.settings)}
          </To>
        </>
      }
    >
      <Tabs
        label={t(w.show)}
        name="show"
        current={unread ? "unread" : ""}
        tabs={[
          { id: "", label: t(w.all) },
          { id: "unread", label: t(w.unread) },
        ]}
      />
      {marking.error && <Failure error={marking.error} />}
      <Paged of={asked} none={t(unread ? w.noneUnread : w.none)}>
        {(rows) => (
          <ul className="inbox">
            {rows.map((line) => (
              <Told key={line.id} of={line} mark={() => marking.mutate({ id: line.id })} />
            ))}
          </ul>
        )}
      </Paged>
    </Page>
  );
}

function Told({ of, mark }: { of: NoticeLine; mark: () => void }) {
  const t = useText();
  const { lang } = useLang();
  return (
    <li className={of.read ? "told" : "told unread"}>
      <div className="told-words">
        <p className="small soft">
          {!of.read && <span className="hidden">{t(w.unread)} </span>}
          {t(of.label)} · <span className="nowrap">{formatInstant(of.at, lang)}</span>
        </p>
        {of.path ? (
          <p>
            <To to={of.path} onClick={() => !of.read && mark()}>
              {t(of.text)}
            </To>
          </p>
        ) : (
          <p>
            {t(of.text)} <span className="soft small">{t(w.gone)}</span>
          </p>
        )}
        {of.words && <p className="soft">“{of.words}”</p>}
      </div>
      {!of.read && (
        <Button look="plain" onClick={mark}>
          {t(w.mark)}
        </Button>
      )}
    </li>
  );
}
