import { type FormEvent, useState } from "react";
import { useAreaChoices, useCity, useNames } from "@/api/city";
import { useAccount } from "@/api/session";
import type { AccountLine, Role } from "@/api/types";
import { useText } from "@/i18n/lang";
import type { Label } from "@/i18n/words";
import { Button, ExportLink, PrintButton } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Input, Select } from "@/ui/Field";
import { Answer, Failure, Notice } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { type Column, Table } from "@/ui/Table";
import { w as common } from "@/ui/words";
import { useAccounts, useAddAccount, useChangeAccount } from "./queries";
import { w } from "./words";

const ROLES: Record<Role, Label> = {
  administrator: w.administrator,
  bureau: w.bureau,
  county: w.county,
  firm: w.firm,
  auditor: w.auditor,
};

/** Who may sign in, and what each may see. */
export function Accounts() {
  const t = useText();
  const names = useNames();
  const asked = useAccounts();
  const [adding, setAdding] = useState(false);
  const columns: Column<AccountLine>[] = [
    { id: "name", label: t(w.name), phone: "lead", cell: (line) => line.name },
    { id: "role", label: t(w.role), cell: (line) => t(ROLES[line.role]) },
    {
      id: "scope",
      label: t(w.scope),
      cell: (line) =>
        [names.area(line.area), names.department(line.department), line.record_name, line.record?.id]
          .filter(Boolean)
          .join(" · ") || t(w.whole),
    },
    {
      id: "state",
      label: t(w.state),
      cell: (line) => (
        <span className={line.closed ? "badge" : "badge yes"}>{t(line.closed ? w.closed : w.open)}</span>
      ),
    },
    { id: "actions", label: t(w.actions), phone: "full", cell: (line) => <Actions of={line} /> },
  ];
  return (
    <Page
      title={t(w.title)}
      under={t(w.lead)}
      actions={
        <>
          <Button look="main" onClick={() => setAdding(true)}>
            {t(w.add)}
          </Button>
          <ExportLink to="/api/accounts.xlsx" />
          <PrintButton />
        </>
      }
    >
      <Answer of={asked}>
        {({ items }) => (
          <Table caption={t(w.title)} columns={columns} rows={items} rowKey={(line) => line.name} />
        )}
      </Answer>
      <Dialog open={adding} title={t(w.add)} onClose={() => setAdding(false)}>
        <AddForm close={() => setAdding(false)} />
      </Dialog>
    </Page>
  );
}

function Actions({ of }: { of: AccountLine }) {
  const t = useText();
  const me = useAccount();
  const changing = useChangeAccount(of.name);
  const [asking, setAsking] = useState(false);
  return (
    <div className="row">
      <Button onClick={() => setAsking(true)}>{t(w.setPassword)}</Button>
      {of.name !== me?.name && (
        <Button
          look={of.closed ? undefined : "danger"}
          disabled={changing.isPending}
          onClick={() => changing.mutate({ closed: !of.closed })}
        >
          {t(of.closed ? w.reopen : w.close)}
        </Button>
      )}
      {changing.error && <Failure error={changing.error} />}
      <Dialog open={asking} title={`${t(w.setPassword)}: ${of.name}`} onClose={() => setAsking(false)}>
        <PasswordForm of={of} close={() => setAsking(false)} />
      </Dialog>
    </div>
  );
}

function PasswordForm({ of, close }: { of: AccountLine; close: () => void }) {
  const t = useText();
  const [password, setPassword] = useState("");
  const changing = useChangeAccount(of.name);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    changing.mutate({ password });
  };
  if (changing.data) {
    return (
      <>
        <Notice tone="good">{t(w.passwordSet)}</Notice>
        <div className="dialog-actions">
          <Button onClick={close}>{t(common.close)}</Button>
        </div>
      </>
    );
  }
  return (
    <form className="form" onSubmit={submit}>
      <Input
        label={t(w.password)}
        hint={t(w.passwordHint)}
        type="password"
        value={password}
        onChange={setPassword}
        autoComplete="new-password"
        required
      />
      {changing.error && <Failure error={changing.error} />}
      <div className="dialog-actions">
        <Button onClick={close}>{t(common.cancel)}</Button>
        <Button look="main" type="submit" disabled={changing.isPending}>
          {t(w.save)}
        </Button>
      </div>
    </form>
  );
}

function AddForm({ close }: { close: () => void }) {
  const t = useText();
  const city = useCity().data;
  const areas = useAreaChoices();
  const adding = useAddAccount();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [role, setRole] = useState<Role>("county");
  const [area, setArea] = useState("");
  const [department, setDepartment] = useState("");
  const [record, setRecord] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    adding.mutate(
      {
        name,
        password,
        role,
        area: role === "county" ? area : undefined,
        department: role === "bureau" ? department || undefined : undefined,
        record: role === "firm" ? { kind: "firm", id: record.trim() } : undefined,
      },
      { onSuccess: close },
    );
  };
  return (
    <form className="form" onSubmit={submit}>
      <Input
        label={t(w.name)}
        hint={t(w.nameHint)}
        value={name}
        onChange={setName}
        autoComplete="off"
        required
      />
      <Input
        label={t(w.password)}
        hint={t(w.passwordHint)}
        type="password"
        value={password}
        onChange={setPassword}
        autoComplete="new-password"
        required
      />
      <Select
        label={t(w.role)}
        value={role}
        choices={Object.entries(ROLES).map(([value, label]) => ({ value, label: t(label) }))}
        onChange={(next) => setRole(next as Role)}
      />
      {role === "county" && (
        <Select label={t(w.area)} value={area} none="—" choices={areas} onChange={setArea} />
      )}
      {role === "bureau" && (
        <Select
          label={t(w.department)}
          value={department}
          none="—"
          choices={(city?.departments ?? []).map((one) => ({ value: one.id, label: t(one.name) }))}
          onChange={setDepartment}
        />
      )}
      {role === "firm" && <Input label={t(w.record)} value={record} onChange={setRecord} required />}
      {adding.error && <Failure error={adding.error} />}
      <div className="dialog-actions">
        <Button onClick={close}>{t(common.cancel)}</Button>
        <Button look="main" type="submit" disabled={adding.isPending}>
          {t(w.save)}
        </Button>
      </div>
    </form>
  );
}
