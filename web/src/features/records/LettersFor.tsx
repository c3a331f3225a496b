import { Link } from "react-router";
import { useLetters } from "@/api/letters";
import type { RecordPage } from "@/api/types";
import { useText } from "@/i18n/lang";
import { PdfLink } from "@/ui/Button";

/** The letters that can be written to this record, of the day that is looked at. */
export function LettersFor({ of }: { of: RecordPage }) {
  const t = useText();
  const letters = useLetters({ kind: of.kind, record: of.id }).data ?? [];
  return letters.map((letter) =>
    letter.about === "plan" ? (
      // A page of its own, which has the PDF beside it.
      <Link key={letter.id} className="button" to={`/plan/${encodeURIComponent(of.id)}`}>
        {t(letter.label)}
      </Link>
    ) : (
      <PdfLink
        key={letter.id}
        to={`/api/letters/${letter.id}/letter.pdf`}
        query={{ record: of.id, on: of.on }}
      >
        {t(letter.label)}
      </PdfLink>
    ),
  );
}
