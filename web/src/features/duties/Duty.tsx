import { useParams } from "react-router";
import { useCity, useNames } from "@/api/city";
import type { DutyPage } from "@/api/types";
import { Meter } from "@/chart/Meter";
import { formatCount, formatDay, formatDays, formatRate, NOTHING } from "@/i18n/format";
import { useLang, useText } from "@/i18n/lang";
import { Basis, Span } from "@/ui/Basis";
import { PrintButton } from "@/ui/Button";
import { To } from "@/ui/Links";
import { Answer } from "@/ui/Notice";
import { Ahead, Page } from "@/ui/Page";
import { type Stat, Stats } from "@/ui/Stats";
import { useFilters } from "@/ui/url";
import { standing } from "@/ui/words";
import { Amounts } from "./Amounts";
import { AskFirst } from "./AskFirst";
import { ByArea } from "./ByArea";
import { DutyTrend } from "./DutyTrend";
import { LettersOf } from "./LettersOf";
import { modeWord } from "./mode";
import { useDuty } from "./queries";
import { RuleInWords } from "./RuleInWords";
import { Sets } from "./Sets";
import { w } from "./words";
import "./duties.css";

/** One promise: its numbers, where the gap is, who is in each set, and the rule in words. */
export function Duty() {
  const t = useText();
  const { id = "" } = useParams();
  const [filters] = useFilters(["on", "area"]);
  const asked = useDuty(id, filters);
  const today = useCity().data?.today;
  return (
    <Answer
      of={asked}
      rows={8}
      frame={(inside) => (
        <Page title={t(w.duty)} over={<To to="/duties">{t(w.title)}</To>}>
          {inside}
        </Page>
      )}
    >
      {(duty) => (
        <Page
          title={t(duty.title)}
          over={
            <>
              <To to="/duties">{t(w.title)}</To>
              <span aria-hidden="true">/</span>
              <span className="verb">{duty.verb}</span>
            </>
          }
          under={<Under of={duty} />}
          actions={
            <>
              <LettersOf of={duty} />
              {duty.exemptions.some((clause) => clause.id === "by-hand") && (
                <To className="button" to={`/exemptions?duty=${duty.id}`}>
                  {t(w.byHand)}
                </To>
              )}
              <PrintButton />
            </>
          }
        >
          <Ahead on={duty.on} today={today} />
          <Numbers of={duty} />
          <div className="duty-columns">
            <div className="duty-side stack">
              <ByArea of={duty} />
              <AskFirst of={duty} />
              <DutyTrend of={duty} />
            </div>
            <Sets of={duty} />
          </div>
          <RuleInWords of={duty} />
        </Page>
      )}
    </Answer>
  );
}

function Under({ of }: { of: DutyPage }) {
  const t = useText();
  const { lang } = useLang();
  const names = useNames();
  const city = useCity().data;
  const place = names.area(of.area) || (city ? t(city.name) : "");
  return (
    <>
      <p>{t(w.lead(formatDay(of.on, lang), place))}</p>
      {of.summary && <p>{t(of.summary)}</p>}
      <p className="basis-line small">
        <span>
          {t(w.basis)}: <Basis of={of.basis} />
        </span>
        <span>
          {t(w.validity)}: <Span of={of.valid} />
        </span>
        <span>
          {names.department(of.owner)} · {t(modeWord(of.mode))} · {t(w.within(String(of.days)))}
        </span>
      </p>
    </>
  );
}

function Numbers({ of }: { of: DutyPage }) {
  const t = useText();
  const { lang } = useLang();
  const { counts } = of;
  const stats: Stat[] = [
    {
      label: t(standing.should),
      value: formatCount(counts.should),
      of: t(w.ofRecords(formatCount(counts.records))),
    },
    {
      label: t(w.rate),
      value: formatRate(counts.done, counts.should),
      of: t(w.of(formatCount(counts.done), formatCount(counts.should))),
    },
    {
      label: t(w.rateWith),
      value: formatRate(counts.done + counts.exempt, counts.should),
      of: t(w.of(formatCount(counts.done + counts.exempt), formatCount(counts.should))),
    },
    {
      label: t(standing.gap),
      value: <span className={counts.gap > 0 ? "gap-count" : undefined}>{formatCount(counts.gap)}</span>,
      of:
        of.overdue > 0
          ? t(w.overdue(formatCount(of.overdue)))
          : t(w.of(formatCount(counts.gap), formatCount(counts.should))),
    },
    {
      label: t(standing.unknown),
      value: formatCount(counts.unknown),
      of: t(w.ofRecords(formatCount(counts.records))),
    },
    ...(of.owed != null || of.paid != null ? [{ label: t(w.owed), value: <Amounts of={of} /> }] : []),
    {
      label: t(w.speed),
      value: formatDays(of.days_median, lang),
      of: of.days_p90 == null ? NOTHING : t(w.p90(formatDays(of.days_p90, lang))),
    },
  ];
  return (
    <>
      <div className="duty-meter">
        <Meter counts={counts} tall />
      </div>
      <Stats stats={stats} />
    </>
  );
}
