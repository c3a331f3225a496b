import { type FormEvent, useState } from "react";
import { useNavigate } from "react-router";
import { useText } from "@/i18n/lang";
import { Button } from "@/ui/Button";
import { Input } from "@/ui/Field";
import { Page } from "@/ui/Page";
import { w } from "./words";
import "./forms.css";

/** The door to a receipt for whoever has its number on paper. */
export function Check() {
  const t = useText();
  const navigate = useNavigate();
  const [number, setNumber] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void navigate(`/receipts/${encodeURIComponent(number.trim())}`);
  };
  return (
    <Page title={t(w.check)}>
      <section className="panel filing">
        <form className="form" onSubmit={submit}>
          <Input
            label={t(w.number)}
            hint={t(w.checkHint)}
            value={number}
            onChange={setNumber}
            autoComplete="off"
          />
          <Button look="main" type="submit" disabled={number.trim() === ""}>
            {t(w.look)}
          </Button>
        </form>
      </section>
    </Page>
  );
}
