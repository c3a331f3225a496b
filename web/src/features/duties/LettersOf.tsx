import { useLetters } from "@/api/letters";
import type { DutyPage } from "@/api/types";
import { useText } from "@/i18n/lang";
import { PdfLink } from "@/ui/Button";

/** The sheets of numbers about a duty. */
export function LettersOf({ of }: { of: DutyPage }) {
  const t = useText();
  const letters = useLetters({ duty: of.id }).data ?? [];
  return letters
    .filter((letter) => letter.about === "duty")
    .map((letter) => (
      <PdfLink
        key={letter.id}
        to={`/api/letters/${letter.id}/letter.pdf`}
        query={{ on: of.on, area: of.area ?? undefined }}
      >
        {t(letter.label)}
      </PdfLink>
    ));
}
