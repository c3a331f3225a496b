import { useId, useState } from "react";
import { factAt, useAreaOptions, useCity, useNames } from "@/api/city";
import type { Aside, Conflict } from "@/api/types";
import { formatDay } from "@/i18n/format";
import { useLang, useText } from "@/i18n/lang";
import { Button, ExportLink, PrintButton } from "@/ui/Button";
import { FactInput, factValue } from "@/ui/FactInput";
import { Input } from "@/ui/Field";
import { To } from "@/ui/Links";
import { Paged, type Pages, rowsOf } from "@/ui/List";
import { Failure } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { showValue } from "@/ui/value";
import { placeWord } from "./place";
import { useAsides, useConflicts, useDecideAside, useDecideConflict } from "./queries";
import { w } from "./words";
import "./imports.css";

/** What a person has to decide: facts told differently, and rows that match no one record. */
export function Decide() {
  const t = useText();
  const conflicts = useConflicts();
  const asides = useAsides();
  return (
    <Page
      title={t(w.decide)}
      over={<To to="/import">{t(w.title)}</To>}
      under={t(w.decideLead)}
      actions={<PrintButton />}
    >
      <div className="stack">
        <Undecided
          title={t(w.conflicts)}
          none={t(w.noConflicts)}
          sheet="/api/conflicts.xlsx"
          asked={conflicts}
        >
          {(conflict) => <OneConflict key={conflict.id} of={conflict} />}
        </Undecided>
        <Undecided title={t(w.asides)} none={t(w.noAsides)} sheet="/api/asides.xlsx" asked={asides}>
          {(aside) => <OneAside key={aside.id} of={aside} />}
        </Undecided>
      </div>
    </Page>
  );
}

interface UndecidedProps<Item> {
  title: string;
  none: string;
  sheet: string;
  asked: Pages<Item>;
  children: (item: Item) => React.ReactNode;
}

function Undecided<Item>({ title, none, sheet, asked, children }: UndecidedProps<Item>) {
  return (
    <section className="panel">
      <div className="row apart decide-head">
        <h2>{title}</h2>
        {rowsOf(asked).length > 0 && <ExportLink to={sheet} />}
      </div>
      <Paged of={asked} none={none}>
        {(items) => <ul className="undecided">{items.map(children)}</ul>}
      </Paged>
    </section>
  );
}

function OneConflict({ of }: { of: Conflict }) {
  const t = useText();
  const { lang } = useLang();
  const id = useId();
  const [reason, setReason] = useState("");
  const deciding = useDecideConflict(of.id);
  const city = useCity().data;
  const areas = useAreaOptions();
  const [other, setOther] = useState(false);
  const [typed, setTyped] = useState("");
  const shape = factAt(city, of.record.kind, of.fact);
  const value = shape && factValue(shape.type, typed);
  const told = (side: Conflict["first"]) => (side.masked ? t(w.masked) : showValue(side, lang));
  return (
    <li aria-labelledby={id}>
      <h3 id={id}>
        <To to={`/records/${of.record.kind}/${encodeURIComponent(of.record.id)}`}>
          {of.record.name ?? of.record.id}
        </To>{" "}
        · {t(of.label)} · {formatDay(of.on, lang)}
      </h3>
      <div className="sides">
        {(["first", "second"] as const).map((side) => (
          <div key={side} className="side">
            <span className="soft small">{t(side === "first" ? w.first : w.second)}</span>
            <strong>{told(of[side])}</strong>
            <span className="soft small">{of[side].source}</span>
          </div>
        ))}
      </div>
      <Input label={t(w.why)} hint={t(w.whyFirst)} value={reason} onChange={setReason} />
      {deciding.error && <Failure error={deciding.error} />}
      <div className="row">
        <Button
          disabled={reason.trim() === "" || deciding.isPending}
          onClick={() => deciding.mutate({ choose: "first", reason })}
        >
          {t(w.keepFirst)}
        </Button>
        <Button
          disabled={reason.trim() === "" || deciding.isPending}
          onClick={() => deciding.mutate({ choose: "second", reason })}
        >
          {t(w.keepSecond)}
        </Button>
        {shape && !other && <Button onClick={() => setOther(true)}>{t(w.another_)}</Button>}
      </div>
      {shape && other && (
        <div className="row other-value">
          <FactInput
            of={shape.type === "area" ? { ...shape, options: areas } : shape}
            label={t(w.otherValue)}
            value={typed}
            onChange={setTyped}
            none="—"
          />
          <Button
            disabled={value === undefined || reason.trim() === "" || deciding.isPending}
            onClick={() => deciding.mutate({ choose: "value", value, reason })}
          >
            {t(w.useOther)}
          </Button>
        </div>
      )}
    </li>
  );
}

function OneAside({ of }: { of: Aside }) {
  const t = useText();
  const { lang } = useLang();
  const names = useNames();
  const id = useId();
  const [reason, setReason] = useState("");
  const deciding = useDecideAside(of.id);
  const idle = reason.trim() === "" || deciding.isPending;
  const city = useCity().data;
  const said = (fact: string, value: unknown) => {
    const shape = factAt(city, of.kind, fact);
    if (shape?.type === "area") return names.area(String(value));
    const display = shape?.options.find((option) => option.id === value)?.label;
    return showValue({ value, display, unit: shape?.unit }, lang);
  };
  return (
    <li aria-labelledby={id}>
      <h3 id={id}>
        {[of.source, of.place && t(placeWord(of.place, of.source)), formatDay(of.on, lang)]
          .filter(Boolean)
          .join(" · ")}
      </h3>
      <p>{t(of.reason)}</p>
      <p className="small">
        <span className="soft">{t(w.rowSays)}: </span>
        {Object.entries(of.facts)
          .map(([fact, value]) => `${names.fact(of.kind, fact)} ${said(fact, value)}`)
          .join(" · ")}
      </p>
      <Input label={t(w.why)} hint={t(w.whyFirst)} value={reason} onChange={setReason} />
      {deciding.error && <Failure error={deciding.error} />}
      {of.candidates.length > 0 && (
        <ul className="candidates">
          {of.candidates.map((record) => (
            <li key={record.id}>
              <span>
                {t(w.mayMean)}{" "}
                <To to={`/records/${record.kind}/${encodeURIComponent(record.id)}`}>
                  {record.name ?? record.id}
                </To>{" "}
                <code className="soft">{record.id}</code>
              </span>
              <Button
                disabled={idle}
                onClick={() => deciding.mutate({ choose: "match", record: record.id, reason })}
              >
                {t(w.isThis)}
              </Button>
            </li>
          ))}
        </ul>
      )}
      <div className="row">
        <Button disabled={idle} onClick={() => deciding.mutate({ choose: "new", reason })}>
          {t(w.isNew)}
        </Button>
        <Button disabled={idle} onClick={() => deciding.mutate({ choose: "drop", reason })}>
          {t(w.dropIt)}
        </Button>
      </div>
    </li>
  );
}
