import { expect, test } from "@playwright/test";
import { SESSION } from "./accounts";

test.use({ storageState: SESSION });

test("tries another value: who would gain and lose, before it is law", async ({ page }) => {
  await page.goto("/rules");
  await page.getByRole("link", { name: "换个数值试试" }).click();
  await page.getByLabel("改哪个数值").selectOption("rent_free_months");
  await page.getByLabel("改成").fill("3");
  await expect(page).toHaveURL(/set=rent_free_months%3A3/);
  await page.getByRole("button", { name: "试算" }).click();
  const change = page.locator(".try-result .panel").first();
  await expect(change).toBeVisible();
  await expect(change).toContainText("差额");
  await expect(page.getByText("试算，不是现行规定")).toBeVisible();
});

test("tries another day: who is newly owed", async ({ page }) => {
  await page.goto("/rules/try");
  await page.getByLabel("试的 · 日期").fill("2020-07-15");
  await page.getByRole("button", { name: "试算" }).click();
  await expect(page.locator(".try-result .panel").first()).toContainText(/新享/);
});

test("reads a rule: its clauses, its document and the values it reads", async ({ page }) => {
  await page.goto("/rules?q=rent-waiver");
  await page.locator(".rule summary").first().click();
  await expect(page.locator(".rule-clauses li").first()).toBeVisible();
  await expect(page.locator(".rule-values li").first()).toBeVisible();
});

test("money by area, and the differences as a sheet", async ({ page }) => {
  await page.goto("/rules/try?set=rent_free_months:3");
  await page.getByRole("button", { name: "试算", exact: true }).click();
  const areas = page.locator(".try-result .panel").first().getByRole("table", { name: "各县（市、区）" });
  await expect(areas.locator("td[data-label='试算应付']").first()).toContainText("¥");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "导出 Excel" }).click(),
  ]);
  expect(download.suggestedFilename()).toBe("compare.xlsx");
});

test("moves one number over its range: a line and a table", async ({ page }) => {
  await page.goto("/rules/try?range=ui_refund_few_insured:20..100..20");
  await page.getByRole("button", { name: "从头试到尾" }).click();
  const swept = page.locator(".sweep-result .panel").first();
  await expect(swept.getByRole("img", { name: /应尽比现行/ })).toBeVisible();
  // The law as it is, and five values.
  await expect(swept.locator("tbody tr")).toHaveCount(6);
  const owed = await swept.locator("td[data-label='应尽']").allTextContents();
  const counts = owed.slice(1).map((text) => Number(text.replaceAll(",", "")));
  expect(counts).toEqual([...counts].sort((a, b) => a - b));
  await page.getByLabel("到", { exact: true }).fill("100000");
  await page.getByRole("button", { name: "从头试到尾" }).click();
  await expect(page.getByRole("alert")).toContainText("60");
});
