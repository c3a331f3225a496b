import { expect, test } from "@playwright/test";
import { SESSION } from "./accounts";

test.use({ storageState: SESSION });

test("sees gaps with reasons: from the worst duty to one record's clauses", async ({ page }) => {
  await page.goto("/duties");
  await expect(page.locator(".duty-link").nth(9)).toBeVisible();

  // The worst stands first: no rate below is lower.
  const rates = await page.locator("td[data-label='落实率'] strong").allTextContents();
  const known = rates
    .filter((rate) => rate.endsWith("%"))
    .map((rate) => Number.parseFloat(rate.replace("<", "")));
  expect(known[0]).toBe(Math.min(...known));

  await page.locator("a.gap-count").first().click();
  const list = page.locator("#sets");
  await expect(list.getByRole("link", { name: /未尽/ })).toHaveAttribute("aria-current", "true");
  const rows = list.locator("tbody tr");
  await expect(rows.first()).toBeVisible();

  await rows.first().getByRole("link").first().click();
  await expect(page.getByRole("heading", { name: "与它有关的责任" })).toBeVisible();
  const reasons = page.locator(".reasons").first();
  await expect(reasons.getByText("是否应尽")).toBeVisible();
  // Owed: every clause of it holds, and each says which facts it read.
  const clauses = reasons.locator(".clauses.must > li");
  await expect(clauses.first()).toBeVisible();
  for (const clause of await clauses.all()) {
    await expect(clause.locator(".clause-head .badge")).toHaveText("是");
    await expect(clause.locator(".when")).not.toBeEmpty();
  }
});

test("shows both rates with their denominators", async ({ page }) => {
  await page.goto("/duties");
  await page.locator(".duty-link").first().click();
  const stat = (label: string) => page.locator(".stat", { has: page.getByText(label, { exact: true }) });
  await expect(stat("落实率")).toContainText(/\d+ \/ [\d,]+/);
  await expect(stat("含免尽")).toContainText(/\/ [\d,]+/);
  await expect(stat("应尽")).toContainText(/共 [\d,]+ 个档案/);
});

test("narrows to one area and keeps it from page to page", async ({ page }) => {
  await page.goto("/duties");
  const select = page.getByLabel("地区");
  await expect(select.locator("option").nth(2)).toBeAttached();
  await select.selectOption({ index: 2 });
  await expect(page).toHaveURL(/area=\d+/);
  const area = new URL(page.url()).searchParams.get("area");
  await page.locator(".duty-link").first().click();
  await expect(page).toHaveURL(new RegExp(`/duties/.+area=${area}`));
});

test("lists what is unknown by the fact that is missing", async ({ page }) => {
  await page.goto("/duties?sort=unknown");
  await page.locator(".duty-link").first().click();
  const ask = page.locator(".ask-list a").first();
  await ask.click();
  await expect(page).toHaveURL(/missing=/);
  await expect(page.locator("#sets tbody tr").first()).toBeVisible();
});

test("gives the list as a sheet", async ({ page }) => {
  await page.goto("/duties");
  await page.locator("a.gap-count").first().click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "导出 Excel" }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/\.xlsx$/);
  const stream = await download.createReadStream();
  const start = await new Promise<Buffer>((resolve) => stream.once("data", (data: Buffer) => resolve(data)));
  // A sheet is a zip.
  expect(start.subarray(0, 2).toString()).toBe("PK");
});
