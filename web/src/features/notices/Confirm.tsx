import { useParams } from "react-router";
import { useText } from "@/i18n/lang";
import { Button } from "@/ui/Button";
import { Failure, Notice } from "@/ui/Notice";
import { Page } from "@/ui/Page";
import { useConfirm } from "./queries";
import { w } from "./words";

/** Where the link in a mail leads. Nothing is confirmed by opening it: programs that look at mail open links, too. */
export function Confirm() {
  const t = useText();
  const { token = "" } = useParams();
  const confirming = useConfirm(token);
  return (
    <Page title={t(w.confirmTitle)} under={t(w.confirmLead)}>
      {confirming.data ? (
        <Notice tone="good">{t(w.confirmed(confirming.data.address))}</Notice>
      ) : (
        <div className="stack">
          {confirming.error && <Failure error={confirming.error} />}
          <Button look="main" disabled={confirming.isPending} onClick={() => confirming.mutate()}>
            {t(w.confirm)}
          </Button>
        </div>
      )}
    </Page>
  );
}
