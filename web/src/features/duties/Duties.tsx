import { useMemo } from "react";
import { useAreaFilter, useCity, useNames } from "@/api/city";
import type { DutyLine } from "@/api/types";
import { Legend, Meter } from "@/chart/Meter";
import { formatCount, formatDay, formatDays, formatMoney, formatMoneyShort, formatRate } from "@/i18n/format";
import { useLang, useText } from "@/i18n/lang";
import { AreaFilter } from "@/ui/AreaFilter";
import { ExportLink, PrintButton } from "@/ui/Button";
import { DayInput, Select } from "@/ui/Field";
import { To } from "@/ui/Links";
import { Answer, Empty } from "@/ui/Notice";
import { Ahead, Page } from "@/ui/Page";
import { Stats } from "@/ui/Stats";
import { type Column, Table } from "@/ui/Table";
import { useFilters } from "@/ui/url";
import { standing } from "@/ui/words";
import { Amounts } from "./Amounts";
import { MODES, modeWord } from "./mode";
import { useDuties } from "./queries";
import { totals } from "./totals";
import { w } from "./words";
import { asOrder, ORDERS, type Order, sortWorst } from "./worst";
import "./duties.css";

const ORDER_WORDS = {
  worst: w.sortWorst,
  gap: w.sortGap,
  money: w.sortMoney,
  unknown: w.sortUnknown,
  slow: w.sortSlow,
} satisfies Record<Order, unknown>;

/** Every promise with its denominator, the worst first. */
export function Duties() {
  const t = useText();
  const { lang } = useLang();
  const city = useCity().data;
  const names = useNames();
  const areas = useAreaFilter();
  const [filters, set] = useFilters(["on", "area", "verb", "mode", "sort"]);
  const asked = useDuties(filters);
  const day = asked.data?.on ?? filters.on;
  const place = names.area(asked.data?.area ?? filters.area) || (city ? t(city.name) : "");
  const verbs = useMemo(() => [...new Set(asked.data?.duties.map((duty) => duty.verb))].sort(), [asked.data]);

  return (
    <Page
      title={t(w.title)}
      under={day && t(w.lead(formatDay(day, lang), place))}
      actions={
        <>
          <ExportLink
            to="/api/duties.xlsx"
            query={{ on: filters.on, area: filters.area, verb: filters.verb, mode: filters.mode }}
          />
          <PrintButton />
        </>
      }
    >
      <search className="filters">
        <DayInput label={t(w.day)} value={filters.on || day || ""} onChange={(on) => set({ on })} />
        <AreaFilter value={filters.area} choices={areas} onChange={(area) => set({ area })} />
        <Select
          label={t(w.verb)}
          value={filters.verb}
          none={t(w.all)}
          choices={verbs.map((verb) => ({ value: verb, label: verb }))}
          onChange={(verb) => set({ verb })}
        />
        <Select
          label={t(w.mode)}
          value={filters.mode}
          none={t(w.all)}
          choices={Object.entries(MODES).map(([value, label]) => ({ value, label: t(label) }))}
          onChange={(mode) => set({ mode })}
        />
        <Select
          label={t(w.sort)}
          value={asOrder(filters.sort)}
          choices={ORDERS.map((order) => ({ value: order, label: t(ORDER_WORDS[order]) }))}
          onChange={(sort) => set({ sort: sort === "worst" ? "" : sort })}
          wide
        />
      </search>
      <Ahead on={day} today={city?.today} />
      <Answer of={asked} rows={8}>
        {({ duties }) => {
          const shown = duties.filter(
            (duty) =>
              (!filters.verb || duty.verb === filters.verb) && (!filters.mode || duty.mode === filters.mode),
          );
          if (duties.length === 0) return <Empty>{t(w.none)}</Empty>;
          if (shown.length === 0) return <Empty>{t(w.noneFiltered)}</Empty>;
          return (
            <>
              <Overview duties={shown} />
              <div className="legend-row">
                <Legend />
              </div>
              <DutyTable duties={sortWorst(shown, asOrder(filters.sort))} />
            </>
          );
        }}
      </Answer>
    </Page>
  );
}

function Overview({ duties }: { duties: DutyLine[] }) {
  const t = useText();
  const { lang } = useLang();
  const sum = totals(duties);
  return (
    <Stats
      stats={[
        {
          label: t(w.withGaps),
          value: formatCount(sum.withGap),
          of: t(w.ofInForce(formatCount(duties.length))),
        },
        { label: t(w.gapTotal), value: formatCount(sum.gap), of: t(w.ofShould(formatCount(sum.should))) },
        {
          label: t(w.moneyOpen),
          value: <span title={formatMoney(sum.open)}>{formatMoneyShort(sum.open, lang)}</span>,
          of: t(w.ofOwed(formatMoneyShort(sum.owed, lang))),
        },
        {
          label: t(w.unknownTotal),
          value: formatCount(sum.unknown),
          of: t(w.ofJudged(formatCount(sum.records))),
        },
      ]}
    />
  );
}

function DutyTable({ duties }: { duties: DutyLine[] }) {
  const t = useText();
  const { lang } = useLang();
  const names = useNames();
  const columns: Column<DutyLine>[] = [
    {
      id: "duty",
      label: t(w.duty),
      phone: "lead",
      cell: (duty) => (
        <>
          <span className="verb">{duty.verb}</span>{" "}
          <To to={`/duties/${duty.id}`} className="duty-link">
            {t(duty.title)}
          </To>
          <span className="sub">
            {names.department(duty.owner)} · {t(modeWord(duty.mode))}
          </span>
        </>
      ),
    },
    {
      id: "progress",
      label: t(w.progress),
      phone: "full",
      cell: ({ counts }) => (
        <div className="progress">
          <Meter counts={counts} />
          <span className="sub num">
            {t(standing.should)} {formatCount(counts.should)} · {t(standing.done)} {formatCount(counts.done)}
            {counts.exempt > 0 && ` · ${t(standing.exempt)} ${formatCount(counts.exempt)}`}
          </span>
        </div>
      ),
    },
    {
      id: "rate",
      label: t(w.rate),
      right: true,
      cell: ({ counts }) => (
        <>
          <strong title={t(w.rateHint)}>{formatRate(counts.done, counts.should)}</strong>
          {counts.exempt > 0 && (
            <span className="sub" title={t(w.rateWithHint)}>
              {t(w.rateWith)} {formatRate(counts.done + counts.exempt, counts.should)}
            </span>
          )}
        </>
      ),
    },
    {
      id: "gap",
      label: t(standing.gap),
      right: true,
      cell: (duty) => (
        <>
          <SetCount of={duty} set="gap" />
          {duty.overdue > 0 && <span className="sub nowrap">{t(w.overdue(formatCount(duty.overdue)))}</span>}
        </>
      ),
    },
    {
      id: "unknown",
      label: t(standing.unknown),
      right: true,
      cell: (duty) => (
        <>
          <SetCount of={duty} set="unknown" />
          <span className="sub nowrap">
            {t(duty.counts.records === 0 ? w.noRecords : w.ofRecords(formatCount(duty.counts.records)))}
          </span>
        </>
      ),
    },
    {
      id: "leak",
      label: t(standing.leak),
      right: true,
      cell: (duty) => <SetCount of={duty} set="leak" />,
    },
    { id: "money", label: t(w.money), right: true, cell: (duty) => <Amounts of={duty} /> },
    {
      id: "speed",
      label: t(w.speed),
      right: true,
      cell: (duty) => (
        <>
          {formatDays(duty.days_median, lang)}
          {duty.days_p90 != null && (
            <span className="sub nowrap">{t(w.p90(formatDays(duty.days_p90, lang)))}</span>
          )}
        </>
      ),
    },
  ];
  return <Table caption={t(w.title)} columns={columns} rows={duties} rowKey={(duty) => duty.id} dense />;
}

/** How many stand in a set, and the way to them; a set that nobody is in leads nowhere. */
function SetCount({ of, set }: { of: DutyLine; set: "gap" | "unknown" | "leak" }) {
  const count = of.counts[set];
  if (count === 0) return <span className="soft">0</span>;
  return (
    <To to={`/duties/${of.id}?standing=${set}`} className={set === "gap" ? "gap-count" : undefined}>
      {formatCount(count)}
    </To>
  );
}
