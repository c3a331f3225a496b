import { useParams } from "react-router";
import { useCity, useNames } from "@/api/city";
import { formatDay } from "@/i18n/format";
import { useLang, useText } from "@/i18n/lang";
import { PrintButton } from "@/ui/Button";
import { DayInput } from "@/ui/Field";
import { To } from "@/ui/Links";
import { Answer } from "@/ui/Notice";
import { Ahead, Page } from "@/ui/Page";
import { MadeUp } from "@/ui/Standing";
import { useFilters } from "@/ui/url";
import { Change } from "./Change";
import { Conflicts } from "./Conflicts";
import { DutiesOf } from "./DutiesOf";
import { Facts } from "./Facts";
import { FiledBy } from "./FiledBy";
import { FormsFor } from "./FormsFor";
import { HistoryOf } from "./HistoryOf";
import { LettersFor } from "./LettersFor";
import { useRecord } from "./queries";
import { RelatedTo } from "./RelatedTo";
import { w } from "./words";
import "./records.css";

/** One record: who it is, every duty that touches it with reasons, how it became so. */
export function Record() {
  const t = useText();
  const { lang } = useLang();
  const names = useNames();
  const { kind = "", id = "" } = useParams();
  const [filters, set] = useFilters(["on"]);
  const today = useCity().data?.today;
  const asked = useRecord({ kind, id }, filters.on);
  return (
    <Answer
      of={asked}
      rows={8}
      frame={(inside) => (
        <Page
          title={names.kind(kind)}
          over={
            <>
              <To to={`/records?kind=${kind}`}>{t(w.title)}</To>
              <span aria-hidden="true">/</span>
              <code>{id}</code>
            </>
          }
        >
          {inside}
        </Page>
      )}
    >
      {(record) => (
        <Page
          title={record.name ?? record.id}
          over={
            <>
              <To to={`/records?kind=${record.kind}`}>{names.kind(record.kind)}</To>
              <span aria-hidden="true">/</span>
              <code>{record.id}</code>
              <MadeUp when={record.synthetic} />
            </>
          }
          under={[names.area(record.area), formatDay(record.on, lang)].filter(Boolean).join(" · ")}
          actions={
            <>
              {record.may_change && <FormsFor of={record} />}
              {record.may_change && <Change of={record} />}
              <To
                className="button"
                to={`/cases?record=${encodeURIComponent(`${record.kind}/${record.id}`)}`}
              >
                {t(w.cases)}
              </To>
              <LettersFor of={record} />
              <PrintButton />
            </>
          }
        >
          <div className="filters no-print record-day">
            <DayInput label={t(w.day)} value={filters.on || record.on} onChange={(on) => set({ on })} />
          </div>
          <Ahead on={record.on} today={today} />
          <div className="record-columns">
            <div className="stack">
              <DutiesOf key={`${record.kind}/${record.id}`} of={record} />
              <HistoryOf of={record} />
            </div>
            <div className="stack">
              <Conflicts of={record} />
              <Facts key={`${record.kind}/${record.id}`} of={record} />
              <FiledBy of={record} />
              <RelatedTo of={record} />
            </div>
          </div>
        </Page>
      )}
    </Answer>
  );
}
