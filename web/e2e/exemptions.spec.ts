import { expect, type Locator, type Page, test } from "@playwright/test";
import { SESSION } from "./accounts";
import { violations } from "./axe";

test.use({ storageState: SESSION });

/** A live case of a duty about firms, by whose gap nobody else's test is about. */
async function gap(page: Page): Promise<{ no: number; record: string; duty: string }> {
  const found = await (
    await page.request.get("/api/cases?duty=unemployment-refund-recovery&limit=20")
  ).json();
  const one = found.items.find((line: { about?: { id: string } }) => !line.about?.id.endsWith("1383"));
  return { no: one.no, record: `${one.about.kind}/${encodeURIComponent(one.about.id)}`, duty: one.duty };
}

/** Fills in the dialogue and sends it, with a paper of its own. */
async function give(dialog: Locator, paper: string) {
  await dialog.getByLabel("理由", { exact: true }).selectOption({ label: "受益人书面放弃" });
  await dialog.getByLabel("情况说明").fill("（虚构）企业来函");
  const send = dialog.getByRole("button", { name: "登记", exact: true });
  await send.click();
  await expect(dialog.getByText("请附上证明材料。")).toBeVisible();
  await dialog.getByLabel(/: 选择文件/).setInputFiles({
    name: "来函.pdf",
    mimeType: "application/pdf",
    buffer: Buffer.from(`%PDF-1.7 ${paper}`),
  });
  await expect(dialog.locator(".file-list li")).toHaveCount(1);
  await send.click();
  await expect(dialog).toBeHidden();
}

async function withdraw(page: Page) {
  await page.getByRole("button", { name: "撤销免尽" }).first().click();
  await page.getByLabel("撤销理由").fill("来函有误");
  expect(await violations(page)).toEqual([]);
  await page.getByRole("dialog").getByRole("button", { name: "撤销免尽" }).click();
  await expect(page.locator(".exemptions").first()).toContainText("已撤销");
}

test("a gap is exempted on its case, which ends and says why; withdrawn, it is a gap again", async ({
  page,
}) => {
  const { no, record, duty } = await gap(page);
  await page.goto(`/cases/${no}`);
  await page.getByRole("button", { name: "登记免尽" }).click();
  expect(await violations(page)).toEqual([]);
  await give(page.getByRole("dialog"), `case ${no}`);
  await expect(page.locator(".exemptions")).toContainText("生效中");
  await expect(page.locator("main")).toContainText("受益人书面放弃");
  await expect(page.getByRole("button", { name: "登记免尽" })).toHaveCount(0);
  expect(await violations(page)).toEqual([]);
  await withdraw(page);
  const again = await (await page.request.get(`/api/records/${record}/duties/${duty}`)).json();
  expect(again.standing).toBe("gap");
});

test("a gap is exempted on its record and withdrawn there; where there is no gap, nothing is offered", async ({
  page,
}, { project }) => {
  const { record, duty } = await gap(page);
  await page.goto(`/records/${record}?open=${duty}`);
  const verdict = page.locator("details[open]");
  const button = verdict.getByRole("button", { name: "登记免尽" });
  await button.click();
  await give(page.getByRole("dialog"), `record ${project.name}`);
  await expect(verdict.locator(".exemptions")).toContainText("生效中");
  await expect(button).toHaveCount(0);
  expect(await violations(page)).toEqual([]);
  await withdraw(page);
  await expect(button).toBeVisible();
});
