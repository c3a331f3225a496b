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
