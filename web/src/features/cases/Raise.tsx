import { type FormEvent, useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { useAreaChoices } from "@/api/city";
import { useAccount } from "@/api/session";
import { useText } from "@/i18n/lang";
import { Button } from "@/ui/Button";
import { Select } from "@/ui/Field";
import { To } from "@/ui/Links";
import { Failure } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { TextArea } from "./Act";
import { useCasework, useRaise } from "./queries";
import { w } from "./words";
import "./cases.css";

/** Raises a problem: it is a case with an owner and a deadline at once. */
export function Raise() {
  const t = useText();
  const account = useAccount();
  const navigate = useNavigate();
  const casework = useCasework().data;
  const areas = useAreaChoices();
  const [kind, setKind] = useState("");
  const [clock, setClock] = useState("");
  const [area, setArea] = useState("");
  const [words, setWords] = useState("");
  const raising = useRaise();
  // Whom it is about, where another page says so.
  const [params] = useSearchParams();
  const [about = "", id = ""] = (params.get("record") ?? "").split("/", 2);
  const kinds = (casework?.kinds ?? []).filter((one) => one.clock != null);
  const send = (event: FormEvent) => {
    event.preventDefault();
    raising.mutate(
      {
        kind: kind || (kinds[0]?.id ?? ""),
        words,
        area: area || undefined,
        about: about && id ? { kind: about, id } : undefined,
        clock: clock || undefined,
      },
      { onSuccess: (page) => navigate(`/cases/${page.no}`) },
    );
  };
  const isOfficer = account !== null && account.role !== "firm";
  return (
    <Page title={t(w.raise)} over={<To to="/cases">{t(w.title)}</To>}>
      <form className="panel form" onSubmit={send}>
        <Select
          label={t(w.kind)}
          value={kind || (kinds[0]?.id ?? "")}
          choices={kinds.map((one) => ({ value: one.id, label: t(one.label) }))}
          onChange={setKind}
        />
        {about && id && (
          <p>
            {t(w.about)} <To to={`/records/${about}/${encodeURIComponent(id)}`}>{id}</To>
          </p>
        )}
        {isOfficer && account.area == null && !id && (
          <Select
            label={t(w.area)}
            value={area || (areas[0]?.value ?? "")}
            choices={areas}
            onChange={setArea}
          />
        )}
        {isOfficer && (
          <Select
            label={t(w.clock)}
            value={clock}
            none={t(w.usual)}
            choices={(casework?.clocks ?? []).map((one) => ({
              value: one.id,
              label: `${t(one.label)} · ${t(one.term)}`,
            }))}
            onChange={setClock}
          />
        )}
        <TextArea label={t(w.raiseWords)} value={words} onChange={setWords} required />
        {raising.error && <Failure error={raising.error} />}
        <Button look="main" type="submit" disabled={raising.isPending}>
          {t(w.send)}
        </Button>
      </form>
    </Page>
  );
}
