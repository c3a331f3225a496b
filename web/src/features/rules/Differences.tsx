import { useNames } from "@/api/city";
import type { Comparison, DutyChange } from "@/api/types";
import { formatAmount, formatChange, formatCount, formatDay, formatMoneyShort, NOTHING } from "@/i18n/format";
import { useLang, useText } from "@/i18n/lang";
import type { Lang } from "@/i18n/words";
import { To } from "@/ui/Links";
import { addMoney } from "@/ui/money";
import { MadeUp } from "@/ui/Standing";
import { type Stat, Stats } from "@/ui/Stats";
import { type Column, Table } from "@/ui/Table";
import { w } from "./words";

/** Who would gain and lose, duty by duty, by county and with money. */
export function Differences({ of }: { of: Comparison }) {
  const t = useText();
  const { lang } = useLang();
  return (
    <>
      <p className="soft">
        {t(w.between(formatDay(of.a_on, lang), formatDay(of.b_on, lang)))} · {t(w.made)}
      </p>
      {of.duties.map((duty) => (
        <OneDuty key={duty.id} of={duty} />
      ))}
    </>
  );
}

function OneDuty({ of }: { of: DutyChange }) {
  const t = useText();
  const { lang } = useLang();
  const amount = (text: string | null | undefined, unknown: number) => {
    const exact = formatAmount(text, of.unit, lang);
    const value = of.unit === "CNY" ? formatMoneyShort(text, lang) : exact;
    const beside = [value !== exact && exact, unknown > 0 && t(w.amountUnknown(formatCount(unknown)))];
    return { value, of: beside.filter(Boolean).join(" · ") };
  };
  const money: Stat[] =
    of.unit == null
      ? []
      : [
          { label: t(w.moneyNow), ...amount(of.amount_a, of.amount_unknown_a) },
          { label: t(w.moneyThen), ...amount(of.amount_b, of.amount_unknown_b) },
          { label: t(w.difference), value: difference(of, of.unit, lang) },
        ];
  return (
    <section className="panel">
      <h2>
        <To to={`/duties/${of.id}`}>{t(of.title)}</To>
      </h2>
      <Stats
        stats={[
          { label: t(w.gains), value: <span className="gain">{formatChange(of.newly_owed)}</span> },
          { label: t(w.loses), value: <span className="loss">{formatChange(-of.no_longer_owed)}</span> },
          ...money,
        ]}
      />
      <div className={of.examples.length > 0 ? "columns" : undefined}>
        <ByArea of={of} />
        <Examples of={of} />
      </div>
    </section>
  );
}

interface Sides {
  amount_a?: string | null;
  amount_b?: string | null;
}

/** Money is exact to the fen; other units have no difference worth a figure here, nor has what is not known. */
function difference({ amount_a, amount_b }: Sides, unit: string | null | undefined, lang: Lang): string {
  if (unit !== "CNY" || amount_a == null || amount_b == null) return NOTHING;
  const less = amount_a.startsWith("-") ? amount_a.slice(1) : `-${amount_a}`;
  const sum = addMoney([amount_b, less]);
  return `${sum.startsWith("-") ? "" : "+"}${formatAmount(sum, unit, lang)}`;
}

function ByArea({ of }: { of: DutyChange }) {
  const t = useText();
  const names = useNames();
  const { lang } = useLang();
  const lines = of.by_area;
  if (lines.length === 0) return null;
  const columns: Column<(typeof lines)[number]>[] = [
    { id: "area", label: t(w.byArea), phone: "lead", cell: (line) => names.area(line.area) || t(w.noArea) },
    { id: "gains", label: t(w.gains), right: true, cell: (line) => formatChange(line.newly_owed) },
    { id: "loses", label: t(w.loses), right: true, cell: (line) => formatChange(-line.no_longer_owed) },
  ];
  if (of.unit != null) {
    const amount = (text: string | null | undefined, unknown: number) => (
      <>
        <span className="nowrap">{formatAmount(text, of.unit, lang)}</span>
        {unknown > 0 && <span className="sub">{t(w.amountUnknown(formatCount(unknown)))}</span>}
      </>
    );
    columns.push(
      {
        id: "now",
        label: t(w.moneyNow),
        right: true,
        cell: (line) => amount(line.amount_a, line.amount_unknown_a),
      },
      {
        id: "then",
        label: t(w.moneyThen),
        right: true,
        cell: (line) => amount(line.amount_b, line.amount_unknown_b),
      },
      {
        id: "difference",
        label: t(w.difference),
        right: true,
        cell: (line) => <span className="nowrap">{difference(line, of.unit, lang)}</span>,
      },
    );
  }
  return (
    <Table caption={t(w.byArea)} columns={columns} rows={lines} rowKey={(line) => line.area ?? ""} dense />
  );
}

function Examples({ of }: { of: DutyChange }) {
  const t = useText();
  const names = useNames();
  if (of.examples.length === 0) return null;
  const columns: Column<DutyChange["examples"][number]>[] = [
    {
      id: "name",
      label: t(w.examples),
      phone: "lead",
      cell: ({ record }) => (
        <>
          <To to={`/records/${record.kind}/${encodeURIComponent(record.id)}?open=${of.id}`}>
            {record.name ?? record.id}
          </To>{" "}
          <MadeUp when={record.synthetic} />
          <span className="sub">{names.area(record.area)}</span>
        </>
      ),
    },
    {
      id: "change",
      label: t(w.change),
      cell: ({ owed }) => (
        <span className={owed ? "badge yes" : "badge gap"}>{t(owed ? w.gains : w.loses)}</span>
      ),
    },
  ];
  return (
    <Table
      caption={t(w.examples)}
      columns={columns}
      rows={of.examples}
      rowKey={({ record }) => `${record.kind}/${record.id}`}
    />
  );
}
