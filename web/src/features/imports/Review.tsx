import { useMemo, useState } from "react";
import { useNavigate } from "react-router";
import { centralKind, useCity, useKindChoices, useNames } from "@/api/city";
import type { ColumnMatch, Suggestion } from "@/api/types";
import { useText } from "@/i18n/lang";
import { Button } from "@/ui/Button";
import { DayInput, Input, Select } from "@/ui/Field";
import { Answer, Failure, Notice } from "@/ui/Notice";
import { type Column, Table } from "@/ui/Table";
import { columnsOf, mappingFile, type ReadColumn, readableFacts, usedTwice } from "./mapping";
import { useBeginImport, useSuggestion } from "./queries";
import { fileSize } from "./size";
import { w } from "./words";

/** What kind of rows a sheet has and what each of its columns is read as, before anything is written. */
export function Review({ file, onAnother }: { file: File; onAnother: () => void }) {
  const t = useText();
  const kinds = useKindChoices();
  const [kind, setKind] = useState("");
  const city = useCity().data;
  const chosen = kind || centralKind(city);
  const asked = useSuggestion(file, chosen);
  return (
    <section className="panel">
      <div className="row apart review-head">
        <h2>{t(w.chosen(file.name, fileSize(file.size)))}</h2>
        <Button onClick={onAnother}>{t(w.another)}</Button>
      </div>
      <div className="filters">
        <Select label={t(w.kind)} value={chosen} choices={kinds} onChange={setKind} />
      </div>
      <Answer of={asked}>
        {(suggestion) => <Mapping key={chosen} file={file} kind={chosen} suggestion={suggestion} />}
      </Answer>
    </section>
  );
}

function Mapping({ file, kind, suggestion }: { file: File; kind: string; suggestion: Suggestion }) {
  const t = useText();
  const city = useCity().data;
  const navigate = useNavigate();
  const beginning = useBeginImport();
  const [chosen, setChosen] = useState<ColumnMatch[]>(suggestion.mapping);
  const [on, setOn] = useState("");
  const [source, setSource] = useState("");
  const columns = useMemo(() => columnsOf(chosen, suggestion.rows), [chosen, suggestion.rows]);
  const names = useNames();
  const labelOf = (path: string) => names.fact(kind, path);
  const readable = readableFacts(city, kind);
  const twice = usedTwice(chosen, suggestion.mapping);
  const begin = (trial: boolean) => {
    const order = {
      file,
      kind,
      on: on || (city?.today ?? ""),
      source,
      mapping: mappingFile(suggestion, chosen),
      trial,
    };
    // The order goes along, so that a trial can be followed by the import without choosing the file again.
    beginning.mutate(order, { onSuccess: ({ id }) => void navigate(`/import/${id}`, { state: order }) });
  };
  const absent = suggestion.absent.filter((fact) => !chosen.some((column) => column.fact === fact));
  const choicesFor = (current: string | null | undefined) =>
    (current && !readable.includes(current) ? [current, ...readable] : readable).map((path) => ({
      value: path,
      label: labelOf(path),
    }));
  const shown: Column<ReadColumn>[] = [
    { id: "heading", label: t(w.heading), phone: "lead", cell: (column) => column.heading || "—" },
    {
      id: "sample",
      label: t(w.sample),
      cell: (column) => <span className="soft">{column.sample.join(" · ")}</span>,
    },
    {
      id: "fact",
      label: t(w.fact),
      phone: "full",
      cell: (column) => (
        <Select
          label={`${t(w.fact)}: ${column.heading}`}
          value={column.fact ?? ""}
          none={t(w.leaveOut)}
          choices={choicesFor(column.fact)}
          onChange={(fact) =>
            setChosen((before) =>
              before.map((one, index) =>
                index === column.index ? { ...one, fact: fact || null, how: w.byYou } : one,
              ),
            )
          }
        />
      ),
    },
    { id: "how", label: t(w.how), cell: (column) => <span className="soft small">{t(column.how)}</span> },
  ];
  return (
    <div className="stack">
      <p className="note">
        {t(w.reviewNote(String(chosen.filter((column) => column.fact).length), String(chosen.length)))}
      </p>
      <Table caption={t(w.review)} columns={shown} rows={columns} rowKey={(column) => String(column.index)} />
      {twice.map((fact) => (
        <Notice key={fact} tone="bad">
          {t(w.twice(labelOf(fact)))}
        </Notice>
      ))}
      {absent.length > 0 && (
        <details className="small soft">
          <summary>{t(w.absent(String(absent.length)))}</summary>
          <p>{absent.map(labelOf).join(" · ")}</p>
        </details>
      )}
      <div className="filters">
        <DayInput label={t(w.on)} value={on || (city?.today ?? "")} onChange={setOn} />
        <Input label={t(w.source)} hint={t(w.sourceHint)} value={source} onChange={setSource} />
      </div>
      {beginning.error && <Failure error={beginning.error} />}
      <div className="row">
        <Button look="main" disabled={beginning.isPending || twice.length > 0} onClick={() => begin(true)}>
          {t(w.tryIt)}
        </Button>
        <Button disabled={beginning.isPending || twice.length > 0} onClick={() => begin(false)}>
          {t(w.doIt)}
        </Button>
      </div>
    </div>
  );
}
