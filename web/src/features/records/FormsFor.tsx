import { Link } from "react-router";
import { useForms } from "@/api/forms";
import type { RecordPage } from "@/api/types";
import { useText } from "@/i18n/lang";
import { w } from "./words";

/** The forms that an officer may fill in for who cannot. */
export function FormsFor({ of }: { of: RecordPage }) {
  const t = useText();
  const forms = useForms().data ?? [];
  return forms
    .filter((form) => form.by === of.kind)
    .map((form) => (
      <Link key={form.id} className="button" to={`/forms/${form.id}?by=${encodeURIComponent(of.id)}`}>
        {t(w.fileFor(form.title))}
      </Link>
    ));
}
