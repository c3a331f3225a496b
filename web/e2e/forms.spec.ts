import { expect, test } from "@playwright/test";
import { SESSION } from "./accounts";
import { fill, open } from "./filing";

test("a firm files by commitment: mistakes at their fields, effective at once, a receipt to check", async ({
  page,
}) => {
  await open(page);
  // What is missing is said at each field, and the first of them has the focus.
  await page.getByRole("button", { name: "提交，立即生效" }).click();
  await expect(page.getByRole("alert")).toContainText("处要填写或修改");
  await expect(page.locator("[aria-invalid=true]").first()).toBeFocused();
  await fill(page);
  await page.getByLabel("首批到岗人数").fill("999999");
  await page.getByRole("button", { name: "提交，立即生效" }).click();
  await expect(page.getByText("不能超过“职工总数”")).toBeVisible();
  await page.getByLabel("首批到岗人数").fill("3");
  await page.getByRole("button", { name: "提交，立即生效" }).click();
  await page.waitForURL(/\/receipts\//);
  await expect(page.locator(".receipt-state")).toContainText("已生效");
  await expect(page.locator(".commitment li")).toHaveCount(10);
  const number = (await page.locator(".receipt-number").textContent()) ?? "";
  expect(number).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$/);
  await expect(page.locator("figure img")).toHaveJSProperty("complete", true);

  // Anybody with the number sees it; nobody sees what was filled in.
  await page.context().clearCookies();
  await page.goto("/receipts");
  await page.getByLabel("备案编号").fill(number.toLowerCase().replaceAll("-", " "));
  await page.getByRole("button", { name: "查验" }).click();
  await expect(page.locator(".receipt-number")).toHaveText(number);
  await expect(page.locator("main")).not.toContainText("13900000000");
});

test("what is typed survives a closed page, and a day without a network", async ({ page, context }) => {
  await open(page);
  // The service worker has the pages before the network goes.
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await page.reload();
  await fill(page);
  await context.setOffline(true);
  await page.reload();
  await expect(page.getByLabel("承诺人姓名")).toHaveValue("某甲");
  await expect(page.getByLabel("口罩储备")).toHaveValue("60");
  await page.getByRole("button", { name: "提交，立即生效" }).click();
  await page.waitForURL(/\/forms$/);
  await expect(page.locator(".outbox li")).toHaveCount(1);
  await page.reload();
  await expect(page.locator(".outbox li")).toHaveCount(1);
  await context.setOffline(false);
  await page.evaluate(() => window.dispatchEvent(new Event("online")));
  await expect(page.locator(".outbox")).toHaveCount(0);
  await page.goto("/forms/resume-work");
  await expect(page.getByText("今天已经备案")).toBeVisible();
});

test.describe("an officer", () => {
  test.use({ storageState: SESSION });

  test("files for a firm from its record", async ({ page }) => {
    await page.goto("/records?kind=firm");
    await page.locator("table tbody a").first().click();
    await page.getByRole("link", { name: "代为填报：复工备案（承诺制）" }).click();
    await expect(page.getByLabel("计划复工日期")).toBeVisible();
  });
});
