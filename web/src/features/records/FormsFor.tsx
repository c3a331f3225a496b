import { Link } from "react-router";
import { useFormsFor } from "@/api/forms";
import type { RecordPage } from "@/api/types";
import { useText } from "@/i18n/lang";
import { w } from "./words";

/** The forms that an officer may fill in for who cannot, or about them. */
export function FormsFor({ of }: { of: RecordPage }) {
  const t = useText();
  const forms = useFormsFor(of).data ?? [];
  return forms.map((form) => (
    <Link key={form.id} className="button" to={`/forms/${form.id}?by=${encodeURIComponent(of.id)}`}>
      {form.officer ? t(form.title) : t(w.fileFor(form.title))}
    </Link>
  ));
}
