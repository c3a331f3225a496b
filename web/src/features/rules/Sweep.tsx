import { type FormEvent, useState } from "react";
import { useNames } from "@/api/city";
import type { ParameterShape, SweepAnswer, SweepPoint, SweptDuty } from "@/api/types";
import { Line } from "@/chart/Line";
import { formatAmount, formatChange, formatCount, formatDay, formatMoneyShort } from "@/i18n/format";
import { useLang, useText } from "@/i18n/lang";
import { Button } from "@/ui/Button";
import { Input, Select } from "@/ui/Field";
import { To } from "@/ui/Links";
import { Empty, Failure } from "@/ui/Notice";
import { type Column, Table } from "@/ui/Table";
import { useFilters } from "@/ui/url";
import { showSetting } from "@/ui/value";
import { w as common } from "@/ui/words";
import { useSweep, useSweepSheet } from "./queries";
import { readRange, valueOn, writeRange } from "./settings";
import { w } from "./words";

interface SweepProps {
  parameters: ParameterShape[];
  on: string;
  duty: string;
  area: string;
}

/** One number moved over its range: how many would be owed, and how much, at each value. */
export function Sweep({ parameters, on, duty, area }: SweepProps) {
  const t = useText();
  const { lang } = useLang();
  const names = useNames();
  const [filters, set] = useFilters(["range"]);
  const [range, setRange] = useState(() => readRange(filters.range));
  const sweeping = useSweep();
  const keeping = useSweepSheet();
  const asked = sweeping.data && sweeping.variables;
  const numbers = parameters.filter(
    (one) => one.may_try && (one.type === "int" || one.type === "decimal") && one.duties.length > 0,
  );
  const chosen = numbers.find((one) => one.id === range.parameter);
  const now = chosen && valueOn(chosen, on);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    set({ range: writeRange(range) });
    sweeping.mutate({ ...range, on, duty: duty || undefined, area: area || undefined });
  };
  const bound = (name: "from" | "to" | "step", label: string) => (
    <Input
      label={label}
      value={range[name]}
      onChange={(value) => setRange((before) => ({ ...before, [name]: value.trim() }))}
      inputMode="decimal"
      required
    />
  );
  return (
    <section className="sweep">
      <form className="panel try" onSubmit={submit}>
        <div>
          <h2>{t(w.sweep)}</h2>
          <p className="note">{t(w.sweepNote)}</p>
        </div>
        <div className="sweep-range">
          <Select
            label={t(w.sweepParameter)}
            value={range.parameter}
            none="—"
            choices={numbers
              .map((one) => ({ value: one.id, label: t(one.label) }))
              .sort((a, b) => a.label.localeCompare(b.label, lang))}
            onChange={(parameter) => setRange({ parameter, from: "", to: "", step: "" })}
            hint={
              chosen &&
              t(w.now(now?.unset ? t(w.notSet) : showSetting(now?.value, chosen.unit, lang, names.codes)))
            }
          />
          {bound("from", t(w.sweepFrom))}
          {bound("to", t(w.sweepTo))}
          {bound("step", t(w.sweepStep))}
        </div>
        <div className="row">
          <Button look="main" type="submit" disabled={!on || !chosen || sweeping.isPending}>
            {t(sweeping.isPending ? w.comparing : w.sweepIt)}
          </Button>
          {asked && (
            <Button disabled={keeping.isPending} onClick={() => keeping.mutate(asked)}>
              {t(common.export)}
            </Button>
          )}
        </div>
      </form>
      <div className="stack try-result sweep-result" aria-live="polite">
        {sweeping.error && <Failure error={sweeping.error} />}
        {keeping.error && <Failure error={keeping.error} />}
        {sweeping.data?.duties.length === 0 && <Empty>{t(w.sweepNone)}</Empty>}
        {sweeping.data?.duties.map((one) => (
          <Swept key={one.id} of={one} answer={sweeping.data} />
        ))}
      </div>
    </section>
  );
}

interface Row extends SweepPoint {
  key: string;
  value: string;
}

function Swept({ of, answer }: { of: SweptDuty; answer: SweepAnswer }) {
  const t = useText();
  const { lang } = useLang();
  const names = useNames();
  const shown = answer.values.map((value) => showSetting(value, answer.unit, lang, names.codes));
  const line = (value: (point: SweepPoint) => number | null) =>
    of.points.map((point, index) => ({
      at: Number(answer.values[index]),
      label: shown[index] ?? "",
      value: value(point),
    }));
  const short = (text: string) =>
    of.unit === "CNY" ? formatMoneyShort(text, lang) : formatAmount(text, of.unit, lang);
  const rows: Row[] = [
    { ...of.now, key: "now", value: t(w.asItIs) },
    ...of.points.map((point, index) => ({
      ...point,
      key: answer.values[index] ?? "",
      value: shown[index] ?? "",
    })),
  ];
  const columns: Column<Row>[] = [
    { id: "value", label: t(w.value), phone: "lead", cell: (row) => row.value },
    { id: "should", label: t(w.owedTo), right: true, cell: (row) => formatCount(row.should) },
    {
      id: "change",
      label: t(w.fromNow),
      right: true,
      cell: (row) => formatChange(row.should - of.now.should),
    },
    { id: "unknown", label: t(w.unknown), right: true, cell: (row) => formatCount(row.unknown) },
  ];
  if (of.unit != null) {
    columns.push({
      id: "owed",
      label: t(w.moneyThen),
      right: true,
      cell: (row) => (
        <>
          <span className="nowrap">{formatAmount(row.owed, of.unit, lang)}</span>
          {row.amount_unknown > 0 && (
            <span className="sub">{t(w.amountUnknown(formatCount(row.amount_unknown)))}</span>
          )}
        </>
      ),
    });
  }
  return (
    <section className="panel">
      <h2>
        <To to={`/duties/${of.id}`}>{t(of.title)}</To>
      </h2>
      <p className="note">
        {t(answer.label)} · {formatDay(answer.on, lang)} · {t(w.ofRecords(formatCount(of.records)))} ·{" "}
        {t(w.made)}
      </p>
      <div className="columns">
        <div className="stack">
          <Line
            title={t(w.owedFromNow(formatCount(of.now.should)))}
            points={line((point) => point.should - of.now.should)}
            format={formatChange}
            zero={t(w.asItIs)}
          />
          {of.unit != null && (
            <Line
              title={of.now.owed == null ? t(w.moneyThen) : t(w.moneyFromNow(short(of.now.owed)))}
              points={line((point) =>
                point.owed == null ? null : Number(point.owed) - Number(of.now.owed ?? 0),
              )}
              format={(value) => short(String(value))}
              zero={of.now.owed == null ? undefined : t(w.asItIs)}
            />
          )}
        </div>
        <Table caption={t(of.title)} columns={columns} rows={rows} rowKey={(row) => row.key} dense />
      </div>
    </section>
  );
}
