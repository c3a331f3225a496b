import { Link } from "react-router";
import { useAreaFilter, useCity } from "@/api/city";
import { useLetters } from "@/api/letters";
import { useAccount } from "@/api/session";
import type { LetterLine } from "@/api/types";
import { useText } from "@/i18n/lang";
import type { Label } from "@/i18n/words";
import { AreaFilter } from "@/ui/AreaFilter";
import { ExportLink, PdfLink } from "@/ui/Button";
import { DayInput } from "@/ui/Field";
import { Answer, Empty } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { type Column, Table } from "@/ui/Table";
import { useFilters } from "@/ui/url";
import { w } from "./words";
import "./letters.css";

const ABOUT: Record<LetterLine["about"], Label> = {
  bearer: w.bearer,
  owed: w.owed,
  plan: w.plan,
  receipt: w.receipt,
  dispatch: w.dispatch,
  duty: w.duty,
};

/** What a letter is about for the firm that it is written to. */
const OWN: Partial<Record<LetterLine["about"], Label>> = { owed: w.ownList, bearer: w.ownDuty };

/** Where a letter is had that is not had on this page. */
const ELSEWHERE: Partial<Record<LetterLine["about"], { to: string; word: Label }>> = {
  bearer: { to: "/records", word: w.onRecord },
  owed: { to: "/records", word: w.onRecord },
  plan: { to: "/records", word: w.onRecord },
  receipt: { to: "/receipts", word: w.onReceipt },
};

const AMOUNTS = ["much", "nothing", "signs"] as const;

/** Every letter that the reader may have; for those who keep the templates, each tried with made-up data. */
export function Letters() {
  const t = useText();
  const [filters, set] = useFilters(["on", "area"]);
  const areas = useAreaFilter();
  const today = useCity().data?.today;
  const role = useAccount()?.role;
  const isFirm = role === "firm";
  const asked = useLetters();
  const isHadHere = ({ about }: LetterLine) =>
    about === "dispatch" || about === "duty" || (isFirm && about !== "receipt");
  const columns: Column<LetterLine>[] = [
    { id: "name", label: t(w.name), phone: "lead", cell: (letter) => t(letter.label) },
    {
      id: "about",
      label: t(w.about),
      cell: (letter) => t((isFirm && OWN[letter.about]) || ABOUT[letter.about]),
    },
    {
      id: "get",
      label: t(w.get),
      cell: (letter) => {
        const elsewhere = ELSEWHERE[letter.about];
        if (elsewhere && !isHadHere(letter)) return <Link to={elsewhere.to}>{t(elsewhere.word)}</Link>;
        return (
          <PdfLink
            to={`/api/letters/${letter.id}/letter.pdf`}
            query={isFirm ? {} : { on: filters.on || undefined, area: filters.area || undefined }}
          >
            {t(w.open)}
          </PdfLink>
        );
      },
    },
  ];
  const tried: Column<LetterLine> = {
    id: "preview",
    label: t(w.preview),
    cell: (letter) => (
      <span className="letter-tries">
        {AMOUNTS.map((amount) => (
          <PdfLink key={amount} to={`/api/letters/${letter.id}/preview.pdf`} query={{ amount }}>
            {t(w[amount])}
          </PdfLink>
        ))}
      </span>
    ),
  };
  return (
    <Page title={t(w.title)} under={t(w.lead)} actions={<ExportLink to="/api/letters.xlsx" />}>
      {!isFirm && (
        <search className="filters">
          <DayInput label={t(w.day)} value={filters.on || today || ""} onChange={(on) => set({ on })} />
          <AreaFilter value={filters.area} choices={areas} onChange={(area) => set({ area })} />
        </search>
      )}
      <Answer of={asked} rows={5}>
        {(letters) =>
          letters.length === 0 ? (
            <Empty>{t(w.none)}</Empty>
          ) : (
            <Table
              caption={t(w.title)}
              columns={role === "administrator" || role === "bureau" ? [...columns, tried] : columns}
              rows={letters}
              rowKey={(letter) => letter.id}
            />
          )
        }
      </Answer>
    </Page>
  );
}
